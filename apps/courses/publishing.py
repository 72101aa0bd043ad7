"""A text becomes the live revision of its chapter: all of it or nothing."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import astuple

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import User

from .dialect import BadChapter, Compiled, Problems, clean, compile_chapter
from .models import Chapter, Draft, Item, Passage, Revision
from .pictures import read_marker

RENDERING = 5
"""Count up when the dialect makes other HTML of the same text: the next import then renders the files anew."""

LONGEST_NOTE = 200

__all__ = ["BadChapter", "NeedsReview", "StaleBase", "digest", "publish"]


class StaleBase(Exception):
    """Somebody published `newest` after the writer had begun; publishing now would undo it unseen."""

    def __init__(self, newest: Revision) -> None:
        super().__init__(f"revision {newest.number} is newer")
        self.newest = newest


class NeedsReview(Exception):
    """In this course, what was written in the browser goes live once another editor has approved it."""


def publish(
    *,
    chapter: Chapter,
    source: str,
    figures: Mapping[str, str],
    author: User | None,
    note: str,
    base: int | None,
    origin: Revision.Origin = Revision.Origin.BROWSER,
    draft: uuid.UUID | None = None,
    reviewer: User | None = None,
    anew: bool = False,
) -> Revision:
    """Checks, renders and stores `source` as the chapter's live revision, and forgets the author's draft of it.

    `base` is the number of the revision that the text was written on, None or 0 where there was none; `draft` the version
    of the author's draft that it was: what was written in it since stays. The newest text sent once more changes nothing
    and gives the newest revision, unless it is to be rendered `anew`, because its chapter has another address. Raises
    `BadChapter`, `StaleBase` when `base` is not the newest revision, or `NeedsReview` where a course asks for a
    `reviewer`; nothing has changed then. Eleven queries, the chapter's row locked.
    """
    figures = clean_figures(figures)
    compiled = compile_chapter(source, figures=figures, address=f"{chapter.course.slug}/{chapter.slug}")
    with transaction.atomic():
        chapter = Chapter.objects.select_for_update(of=("self",)).select_related("course").get(pk=chapter.pk)
        Draft.objects.filter(Q(version=draft) | Q(source=source), chapter=chapter, editor=author).delete()
        newest = chapter.revisions.order_by("-number").first()
        print_of_text = digest(compiled.source, figures)
        if newest and newest.digest == print_of_text and not anew:
            return newest
        if newest and newest.number != (base or 0):
            raise StaleBase(newest)
        if origin == Revision.Origin.BROWSER and author and not reviewer and chapter.course.needs_review and not anew:
            raise NeedsReview
        _check_against_course(chapter, compiled)
        revision = Revision.objects.create(
            chapter=chapter,
            number=newest.number + 1 if newest else 1,
            origin=origin,
            figures=dict(figures),
            digest=print_of_text,
            author=author,
            note=note.strip()[:LONGEST_NOTE],
            **_stored(compiled),
        )
        _replace_items(chapter, compiled)
        _replace_passages(chapter, compiled)
        chapter.live, chapter.title = revision, compiled.title
        chapter.save(update_fields=["live", "title"])
        return revision


def digest(source: str, figures: Mapping[str, str]) -> str:
    """The fingerprint of a text and its figures. `source` may be as it was written or made uniform already.

    Raises `BadChapter` for what is no text at all.
    """
    made_of = json.dumps([RENDERING, clean(source), sorted(figures.items())])
    return hashlib.sha256(made_of.encode()).hexdigest()


def clean_figures(figures: Mapping[str, str]) -> dict[str, str]:
    """The files beside a text, made uniform as the text is, so that they are the same after a round trip through a folder."""
    return {name: figure if read_marker(figure) else clean(figure) for name, figure in figures.items()}


def _stored(compiled: Compiled) -> dict[str, object]:
    """The fields of a revision that come from its text."""
    derived = ("source", "title", "level", "summary", "updated", "html", "outline", "quizzes", "projects", "terms")
    return {name: getattr(compiled, name) for name in (*derived, "requires", "minutes", "run_minutes")}


def _check_against_course(chapter: Chapter, compiled: Compiled) -> None:
    """What only the database knows: which chapters there are, and what people's progress means by a key."""
    problems = Problems()
    slugs = set(Chapter.objects.filter(course=chapter.course_id).values_list("slug", flat=True))
    for line, slug in compiled.links:
        if slug not in slugs:
            problems.add(line, f"This course has no chapter “{slug}”: check the name.")
    _check_references(chapter, compiled, slugs, problems)
    kinds = dict(Item.objects.filter(chapter=chapter).values_list("key", "kind"))
    for item in compiled.items:
        if kinds.get(item.key, item.kind) != item.kind:
            problems.add(
                item.line,
                f"“{item.key}” named another thing ({kinds[item.key]}) before, and people’s progress is kept under it: "
                "choose another id.",
            )
    problems.raise_any()


def _check_references(chapter: Chapter, compiled: Compiled, slugs: set[str], problems: Problems) -> None:
    """What the text names in other chapters must stand there, unless that chapter is still to be written."""
    named = {reference.chapter for reference in compiled.references if reference.key}
    items = Item.objects.filter(chapter__course=chapter.course_id, chapter__slug__in=named, retired_at__isnull=True)
    kinds = (
        {(slug, key): kind for slug, key, kind in items.values_list("chapter__slug", "key", "kind")} if named else {}
    )
    written = {slug for slug, _ in kinds}
    for line, slug, key, kind in map(astuple, compiled.references):
        if slug not in slugs:
            problems.add(line, f"This course has no chapter “{slug}”: check the name.")
        elif slug in written and key and ((slug, key) not in kinds or kind not in ("", kinds[slug, key])):
            what = "term" if kind else "section, figure, listing or the like"
            problems.add(line, f"Chapter “{slug}” has no {what} “{key}”: check the id.")


def _replace_items(chapter: Chapter, compiled: Compiled) -> None:
    """Items of the text stand in its order; what left the text is retired, and what came back is there again."""
    items = [
        Item(chapter=chapter, key=item.key, kind=item.kind, title=item.title, position=position, retired_at=None)
        for position, item in enumerate(compiled.items)
    ]
    Item.objects.bulk_create(
        items,
        update_conflicts=True,
        unique_fields=["chapter", "key"],
        update_fields=["title", "position", "retired_at"],
    )
    gone = Item.objects.filter(chapter=chapter, retired_at__isnull=True).exclude(key__in=[item.key for item in items])
    gone.update(retired_at=timezone.now())


def _replace_passages(chapter: Chapter, compiled: Compiled) -> None:
    """What can be found is what can be read: the live text's passages and no other."""
    Passage.objects.filter(chapter=chapter).delete()
    Passage.objects.bulk_create(
        Passage(chapter=chapter, position=position, **vars(passage))
        for position, passage in enumerate(compiled.passages)
    )
