"""What is published, loaded for those who show it. Nothing here writes; every loader says what it costs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import F, Prefetch, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.shortcuts import get_object_or_404

from apps.courses.models import Chapter, Course, Item, Passage

HEAVY = ("live__source", "live__figures")  # only the editing pages need what a revision was made from
ROWS = (
    "live__title",
    "live__level",
    "live__minutes",
    "live__run_minutes",
    "live__summary",
    "live__updated",
    "live__requires",
    "part__title",
)


@dataclass(frozen=True)
class Neighbours:
    """The readable chapters before and after one on its path."""

    previous: Chapter | None
    next: Chapter | None


def load_course(slug: str) -> Course:
    """A course with its path in `chapters.all()`, `live` joined without its text, or 404. Two queries."""
    return get_object_or_404(Course.objects.prefetch_related(Prefetch("chapters", queryset=_path())), slug=slug)


def load_beginnings(courses: Collection[int], which: Q, count: int) -> dict[int, list[Chapter]]:
    """By course the first so many chapters of those that `which` leaves, as `load_course` gives them. One query."""
    place = Window(RowNumber(), partition_by=F("course"), order_by=F("number").asc())
    chapters = _path().filter(which, course__in=courses).annotate(place=place).filter(place__lte=count)
    found: dict[int, list[Chapter]] = {}
    for chapter in chapters:
        found.setdefault(chapter.course_id, []).append(chapter)
    return found


def load_chapter(course_slug: str, chapter_slug: str) -> Chapter:
    """A readable chapter with `course` and `live` joined, or 404. One query."""
    chapters = Chapter.objects.select_related("course", "live").defer(*HEAVY)
    return get_object_or_404(chapters, course__slug=course_slug, slug=chapter_slug, live__isnull=False)


def list_readable() -> QuerySet[Chapter]:
    """The chapters that readers may open."""
    return Chapter.objects.filter(live__isnull=False)


def list_passages() -> QuerySet[Passage]:
    """What can be found in the chapters that readers may open."""
    return Passage.objects.filter(chapter__in=list_readable())


def load_item(chapter: Chapter, key: str, kind: Item.Kind) -> Item:
    """What stands under `key` in the live text of `chapter`, or 404. One query."""
    return get_object_or_404(Item, chapter=chapter, key=key, kind=kind, retired_at__isnull=True)


def list_items(chapter: Chapter, *kinds: Item.Kind) -> QuerySet[Item]:
    """The items that now stand in the text, in its order; all kinds when none is named."""
    items = Item.objects.filter(chapter=chapter, retired_at__isnull=True).order_by("position")
    return items.filter(kind__in=kinds) if kinds else items


def find_neighbours(chapter: Chapter) -> Neighbours:
    """The readable chapters next to `chapter`, `course` joined. One query."""
    readable = Chapter.objects.filter(course=chapter.course_id, live__isnull=False).select_related("course")
    before = readable.filter(number__lt=chapter.number).order_by("-number").values("pk")[:1]
    after = readable.filter(number__gt=chapter.number).order_by("number").values("pk")[:1]
    found = readable.filter(Q(pk__in=before) | Q(pk__in=after)).order_by("number")
    return Neighbours(
        previous=next((one for one in found if one.number < chapter.number), None),
        next=next((one for one in found if one.number > chapter.number), None),
    )


def list_broken_links(chapter: Chapter) -> list[Chapter]:
    """The readable chapters of the course whose text leads to something that has left `chapter`'s text. Two queries."""
    gone = Item.objects.filter(chapter=chapter, retired_at__isnull=False).values_list("key", flat=True)
    links = [f'/{chapter.slug}/#{key}"' for key in gone]
    if not links:
        return []
    broken = reduce(or_, (Q(live__html__contains=f'href="..{link}') for link in links))
    others = list_readable().filter(course=chapter.course_id).exclude(pk=chapter.pk).only("number", "slug", "title")
    return list(others.filter(broken).order_by("number"))


def _path() -> QuerySet[Chapter]:
    fields = ("course", "number", "slug", "title", "live", "part", *ROWS)
    return Chapter.objects.select_related("live", "part").only(*fields).order_by("number")
