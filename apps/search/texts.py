"""Finding chapters, their sections and the terms that they explain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.postgres.search import SearchVector
from django.db.models import F
from django.db.models.functions import Length

from apps.courses.models import Chapter, Passage
from apps.courses.words import Words

from .access import list_chapters, list_texts
from .matches import MAX_MATCHES, Hit, Match, Matches, Wanted, rank

CANDIDATES = 300  # of each way to be found


class Chapters:
    """By their titles; what they say is found as sections."""

    name = "chapter"
    label = "Chapters"

    def find(self, wanted: Wanted) -> Matches:
        words = SearchVector(Words("title"), weight="A", config="english")
        found = (
            list_chapters(wanted.viewer, wanted.course)
            .annotate(words=words, rank=rank(wanted, words))
            .filter(words=wanted.tsquery)
            .order_by("-rank", "course__slug", "number")
        )
        return Matches([Match(*each) for each in found.values_list("pk", "rank")[:MAX_MATCHES]])

    def load(self, matches: Sequence[Match]) -> list[Hit]:
        chapters = Chapter.objects.select_related("course", "live").only(
            "number", "slug", "title", "course__slug", "course__title", "live__summary"
        )
        found = chapters.in_bulk([match.key for match in matches])
        return [_show_chapter(found[match.key]) for match in matches if match.key in found]


@dataclass(frozen=True)
class Passages:
    """Sections or terms, by their titles and words."""

    kind: Passage.Kind
    label: str

    @property
    def name(self) -> str:
        return self.kind.value

    def find(self, wanted: Wanted) -> Matches:
        """Of a word that is everywhere not all are ranked, but those with the shortest titles in which it stands, among
        them the title that is that word, and so many of the others.
        """
        those = list_texts(wanted.viewer, wanted.course).filter(kind=self.kind).order_by().values("pk")
        named = those.filter(named_by=wanted.tsquery).order_by(Length("title"))[:CANDIDATES]
        texts = those.filter(found_by=wanted.tsquery)[:CANDIDATES]
        found = (
            Passage.objects.filter(pk__in=named.union(texts, all=True))
            .annotate(rank=rank(wanted, F("found_by")))
            .order_by("-rank", "chapter_id", "position")
        )
        return Matches(_put_in_order(found.values_list("pk", "rank", "chapter_id", "position")[:MAX_MATCHES]))

    def load(self, matches: Sequence[Match]) -> list[Hit]:
        passages = Passage.objects.select_related("chapter__course").defer("named_by", "found_by")
        found = passages.in_bulk([match.key for match in matches])
        return [_show_passage(found[match.key]) for match in matches if match.key in found]


def _put_in_order(found: Iterable[tuple[int, float, int, int]]) -> list[Match]:
    """What is ranked alike stands in the order of its course. Here, because Postgres would look up the chapter of each
    candidate, which takes longer than to rank it.
    """
    rows = list(found)
    chapters = Chapter.objects.filter(pk__in={chapter for _, _, chapter, _ in rows}).order_by("course", "number")
    places = {pk: place for place, pk in enumerate(chapters.values_list("pk", flat=True))} if rows else {}
    rows.sort(key=lambda row: (-row[1], places.get(row[2], 0), row[3]))
    return [Match(pk, value) for pk, value, _, _ in rows]


def _show_chapter(chapter: Chapter) -> Hit:
    text = chapter.live.summary if chapter.live else ""
    return Hit(chapter.get_absolute_url(), chapter.title, text, f"{chapter.course} · Chapter {chapter.number}")


def _show_passage(passage: Passage) -> Hit:
    chapter = passage.chapter
    where = f"{chapter.course} · {chapter.number} {chapter.title}"
    return Hit(f"{chapter.get_absolute_url()}#{passage.key}", passage.title, passage.text, where)
