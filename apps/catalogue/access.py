"""What is published, as pages for machines list it. Everybody may see all of it."""

from __future__ import annotations

from django.db.models import Min, QuerySet
from django.shortcuts import get_object_or_404

from apps.courses.models import Chapter, Course

SHOWN = ("number", "slug", "title", "course__slug", "course__title")
OF_TEXT = ("live__title", "live__level", "live__minutes", "live__summary", "live__updated", "live__created_at")


def find_course(slug: str) -> Course:
    """A course, or 404. One query."""
    return get_object_or_404(Course, slug=slug)


def list_chapters(course: Course | None = None) -> QuerySet[Chapter]:
    """Readable chapters in the order of their paths, without their texts. One query."""
    chapters = Chapter.objects.filter(live__isnull=False).select_related("course", "live").only(*SHOWN, *OF_TEXT)
    chapters = chapters.filter(course=course) if course else chapters
    return chapters.order_by("course__slug", "number")


def list_with_terms(course: Course) -> QuerySet[Chapter]:
    """Readable chapters with what they explain. One query."""
    chapters = Chapter.objects.filter(course=course, live__isnull=False).select_related("course", "live")
    return chapters.only("slug", "course__slug", "live__title", "live__terms").order_by("number")


def list_newest(course: Course | None, *, most: int) -> QuerySet[Chapter]:
    """Readable chapters, those changed last first, with `published_at`, the time of their first text. One query."""
    return (
        list_chapters(course)
        .annotate(published_at=Min("revisions__created_at"))
        .order_by("-live__created_at", "-pk")[:most]
    )


def load_chapter(course: str, chapter: str) -> Chapter:
    """A readable chapter without its text, or 404. One query."""
    return get_object_or_404(list_chapters(), course__slug=course, slug=chapter)
