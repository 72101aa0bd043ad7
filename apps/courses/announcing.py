"""The path of a course: which chapters there are, in which order and parts, and where they are found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max

from apps.accounts.models import User

from .course_file import RESERVED
from .models import Chapter, Course, FormerAddress, Part, Revision
from .publishing import BadChapter, publish

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_SLUG = 50
LAST_NUMBER = 999


class BadPath(ValueError):
    """The path cannot be so; the message says what is wrong and what to do."""


class Place(NamedTuple):
    """Where a chapter stands: its number, and the number of its part (0 for none)."""

    number: int
    part: int


@transaction.atomic
def create_course(*, slug: str, title: str, summary: str) -> Course:
    """A course without chapters. Raises `BadPath`."""
    _check_slug(slug)
    if Course.objects.filter(slug=slug).exists():
        raise BadPath(f"There is a course “{slug}” already: choose another address.")
    return Course.objects.create(slug=slug, title=title, summary=summary)


@transaction.atomic
def change_course(*, course: Course, actor: User, slug: str, title: str, summary: str, needs_review: bool) -> Course:
    """Another title, summary or address; links to an old address lead on. Raises `BadPath`."""
    course = Course.objects.select_for_update().get(pk=course.pk)
    was, course.slug = course.slug, slug
    course.title, course.summary, course.needs_review = title, summary, needs_review
    if slug != was:
        _check_slug(slug)
        if Course.objects.filter(slug=slug).exists():
            raise BadPath(f"There is a course “{slug}” already: choose another address.")
    course.save()
    if slug != was:
        chapters = list(Chapter.objects.filter(course=course).select_related("live"))
        _lead_on(was, slug, course=course, chapter=None)
        for chapter in chapters:
            _lead_on(f"{was}/{chapter.slug}", f"{slug}/{chapter.slug}", course=course, chapter=chapter)
            _render_anew(chapter, course, actor, note=f"The course moved from {was} to {slug}")
    return course


@transaction.atomic
def announce_chapter(*, course: Course, slug: str, title: str) -> Chapter:
    """A chapter without text, at the end of the path. Raises `BadPath`."""
    course = Course.objects.select_for_update().get(pk=course.pk)
    _check_slug(slug)
    if Chapter.objects.filter(course=course, slug=slug).exists():
        raise BadPath(f"This course has a chapter “{slug}” already: choose another address.")
    last = Chapter.objects.filter(course=course).aggregate(last=Max("number"))["last"] or 0
    if last >= LAST_NUMBER:
        raise BadPath(f"The path ends at chapter {LAST_NUMBER}: number its chapters anew first.")
    return Chapter.objects.create(course=course, slug=slug, title=title, number=last + 1)


@transaction.atomic
def rename_chapter(*, chapter: Chapter, actor: User, slug: str, title: str) -> Chapter:
    """Another address, to which links to the old one lead on; another title only while it has no text, which has its own.

    Its page is rendered anew, because its forms name its address. Raises `BadPath`.
    """
    course = Course.objects.select_for_update().get(pk=chapter.course_id)
    chapter = Chapter.objects.select_for_update(of=("self",)).select_related("live").get(pk=chapter.pk)
    was, chapter.slug = chapter.slug, slug
    chapter.title = chapter.title if chapter.live else title
    if slug != was:
        _check_slug(slug)
        if Chapter.objects.filter(course=course, slug=slug).exists():
            raise BadPath(f"This course has a chapter “{slug}” already: choose another address.")
    chapter.save(update_fields=["slug", "title"])
    if slug != was and chapter.live:
        _lead_on(f"{course.slug}/{was}", f"{course.slug}/{slug}", course=course, chapter=chapter)
        _render_anew(chapter, course, actor, note=f"The chapter moved from {was} to {slug}")
    return chapter


@transaction.atomic
def withdraw_chapter(*, chapter: Chapter) -> None:
    """Announces a chapter no more. Raises `BadPath` for one that has had a text, or that somebody is writing."""
    chapter = Chapter.objects.select_for_update().get(pk=chapter.pk)
    if chapter.revisions.exists():
        raise BadPath(f"“{chapter.title}” has been published: people’s progress is kept with it.")
    if chapter.drafts.exists() or chapter.reviews.exists() or chapter.schedules.exists():
        raise BadPath(f"Somebody is writing “{chapter.title}”: their draft would be lost.")
    chapter.delete()


@transaction.atomic
def arrange(*, course: Course, places: Mapping[str, Place]) -> None:
    """Puts the chapters, named by their slugs, in the order of their numbers and into their parts. Raises `BadPath`."""
    course = Course.objects.select_for_update().get(pk=course.pk)
    chapters = list(course.chapters.all())
    parts = {part.number: part for part in course.parts.all()}
    wanted = {chapter: places.get(chapter.slug, Place(chapter.number, 0)) for chapter in chapters}
    numbers = [place.number for place in wanted.values()]
    if repeated := sorted({number for number in numbers if numbers.count(number) > 1}):
        raise BadPath(f"Chapter {repeated[0]} stands there twice: give every chapter a number of its own.")
    for chapter, place in wanted.items():
        chapter.number, chapter.part = place.number, parts.get(place.part)
    Chapter.objects.bulk_update(chapters, ["number", "part"])


@transaction.atomic
def keep_parts(*, course: Course, titles: Sequence[str]) -> None:
    """The course's parts, in this order; an empty title takes a part away, its chapters stay."""
    course = Course.objects.select_for_update().get(pk=course.pk)
    parts = list(course.parts.all())
    for part, title in zip(parts, titles, strict=False):
        part.title = title
        if title:
            part.save(update_fields=["title"])
        else:
            part.delete()
    new = [
        Part(course=course, number=LAST_NUMBER + at, title=title)
        for at, title in enumerate(titles[len(parts) :])
        if title
    ]
    Part.objects.bulk_create(new)
    for number, part in enumerate(course.parts.order_by("number"), start=1):
        Part.objects.filter(pk=part.pk).update(number=number)


def _check_slug(slug: str) -> None:
    if not SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        raise BadPath(f"“{slug[:LONGEST_SLUG]}” is no address: use lower-case letters, digits and single hyphens.")
    if slug in RESERVED:
        raise BadPath(f"“{slug}” stands for something else here: choose another address.")


def _lead_on(old: str, new: str, *, course: Course, chapter: Chapter | None) -> None:
    """What stands at an address now comes before what stood there once, so that address is none of the former ones."""
    FormerAddress.objects.filter(path=new).delete()
    FormerAddress.objects.update_or_create(path=old, defaults={"course": course, "chapter": chapter})


def _render_anew(chapter: Chapter, course: Course, actor: User, *, note: str) -> None:
    live = chapter.live
    if live is None:
        return
    chapter.course = course
    try:
        publish(
            chapter=chapter,
            source=live.source,
            figures=live.figures,
            author=actor,
            note=note,
            base=live.number,
            origin=Revision.Origin(live.origin),
            anew=True,
        )
    except BadChapter as bad:
        line, message = bad.problems[0]
        raise BadPath(f"“{chapter.title}” has to be mended first, line {line}: {message}") from None
