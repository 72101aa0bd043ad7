"""Finding chapters, their sections and the terms that they explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.search import SearchVector
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Lower

from apps.courses.models import Chapter, Passage
from apps.courses.words import Words

from .access import list_chapters, list_texts
from .matches import MAX_MATCHES, Hit, Match, Matches, Wanted, rank

CANDIDATES = 400  # of each way to be found


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
        """Of a word that is everywhere not all are ranked, but all whose title is that word, and so many of the others."""
        those = list_texts(wanted.viewer, wanted.course).filter(kind=self.kind).order_by().values("pk")
        exact = those.alias(small=Lower("title")).filter(small=wanted.typed.lower())[:CANDIDATES]
        named = those.filter(named_by=wanted.tsquery)[:CANDIDATES]
        texts = those.filter(found_by=wanted.tsquery)[:CANDIDATES]
        # By subqueries, because Postgres joins so few rows to all chapters in an order that takes ten times as long.
        chapter = Chapter.objects.filter(pk=OuterRef("chapter"))
        found = (
            Passage.objects.filter(pk__in=exact.union(named, texts, all=True))
            .annotate(rank=rank(wanted, F("found_by")))
            .order_by("-rank", Subquery(chapter.values("course")), Subquery(chapter.values("number")), "position")
        )
        return Matches([Match(*each) for each in found.values_list("pk", "rank")[:MAX_MATCHES]])

    def load(self, matches: Sequence[Match]) -> list[Hit]:
        passages = Passage.objects.select_related("chapter__course").defer("named_by", "found_by")
        found = passages.in_bulk([match.key for match in matches])
        return [_show_passage(found[match.key]) for match in matches if match.key in found]


def _show_chapter(chapter: Chapter) -> Hit:
    text = chapter.live.summary if chapter.live else ""
    return Hit(chapter.get_absolute_url(), chapter.title, text, f"{chapter.course} · Chapter {chapter.number}")


def _show_passage(passage: Passage) -> Hit:
    chapter = passage.chapter
    where = f"{chapter.course} · {chapter.number} {chapter.title}"
    return Hit(f"{chapter.get_absolute_url()}#{passage.key}", passage.title, passage.text, where)
