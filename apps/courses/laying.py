"""A course's path is laid as its file describes it: chapters announced, moved, renamed, gathered into parts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.db.models import Q

from .course_file import NAME, CourseFile, Place
from .folders import BadCourse, Fault
from .models import Chapter, Course, FormerAddress, Part


def open_course(slug: str, file: CourseFile) -> Course:
    """The course's row, locked, so that two at a time wait for each other. One that `file` says was called otherwise before
    is renamed, a new one is made.
    """
    locked = Course.objects.select_for_update()
    course = locked.filter(slug=slug).first() or locked.filter(slug__in=file.former).order_by("pk").first()
    if course is None:
        course, _ = locked.get_or_create(slug=slug, defaults={"title": file.title})
    if course.slug != slug:
        FormerAddress.objects.update_or_create(path=course.slug, defaults={"course": course, "chapter": None})
        course.slug = slug
        course.save(update_fields=["slug"])
    return course


def lay_path(course: Course, file: CourseFile, path: Path) -> dict[str, Chapter]:
    """The chapters by slug, as the file announces them; one that it announces no more goes, unless anybody has written in it.

    `path` is the folder to name in complaints. Raises `BadCourse`. Some ten queries, and one for each row that changes.
    """
    course.title, course.summary, course.level = file.title, file.summary, file.level
    course.save(update_fields=["title", "summary", "level"])
    parts = _keep_parts(course, file.parts)
    chapters = {chapter.slug: chapter for chapter in course.chapters.all()}
    _rename(course, chapters, file)
    announced = {place.slug for place in file.places}
    for slug in chapters.keys() - announced:
        _withdraw(chapters.pop(slug), path)
    for place in file.places:
        chapter = chapters.setdefault(place.slug, Chapter(course=course, slug=place.slug))
        _put(chapter, place, parts)
    _keep_addresses(course, chapters, file)
    return chapters


def find_chapters(course: Course) -> dict[str, Chapter]:
    """Every chapter by its slug, and by those it had before where no other has them now. Two queries."""
    former = FormerAddress.objects.filter(course=course, chapter__isnull=False).select_related("chapter")
    found = {address.path.partition("/")[2]: address.chapter for address in former if address.chapter}
    return found | {chapter.slug: chapter for chapter in course.chapters.all()}


def _keep_parts(course: Course, titles: tuple[str, ...]) -> dict[str, Part]:
    parts = {part.title: part for part in course.parts.all()}
    course.parts.exclude(pk__in=[parts[title].pk for title in titles if title in parts]).delete()
    kept = {title: parts.get(title, Part(course=course, title=title)) for title in titles}
    for number, part in enumerate(kept.values(), start=1):
        if part.number != number:
            part.number = number
            part.save()
    return kept


def _rename(course: Course, chapters: dict[str, Chapter], file: CourseFile) -> None:
    """A chapter that is not there under its slug, but under a former one, gets the new; again, until none is left, because
    one may take the slug that another has just given up.
    """
    open_ = [place for place in file.places if place.former]
    while found := next(
        (
            (place, former)
            for place in open_
            if place.slug not in chapters
            for former in place.former
            if former in chapters
        ),
        None,
    ):
        place, former = found
        chapter = chapters[place.slug] = chapters.pop(former)
        chapter.slug = place.slug
        chapter.save(update_fields=["slug"])


def _withdraw(chapter: Chapter, path: Path) -> None:
    if any(kept.exists() for kept in (chapter.revisions, chapter.drafts, chapter.schedules, chapter.reviews)):
        written = "has been published" if chapter.live_id else "is being written in the browser"
        message = f"Chapter “{chapter.slug}” {written} and is missing here: add it to chapters again, or name it “was”."
        raise BadCourse([Fault(path / NAME, 1, message)])
    chapter.delete()


def _put(chapter: Chapter, place: Place, parts: Mapping[str, Part]) -> None:
    part = parts[place.part] if place.part else None
    title = chapter.title if chapter.live_id else place.title
    if (chapter.number, chapter.title, chapter.part_id) != (place.number, title, part and part.pk):
        chapter.number, chapter.title, chapter.part = place.number, title, part
        chapter.save()


def _keep_addresses(course: Course, chapters: Mapping[str, Chapter], file: CourseFile) -> None:
    """Addresses from before lead on for ever: a file only adds to them, and what stands at one now comes first."""
    known = set(FormerAddress.objects.filter(course=course).values_list("path", "chapter"))
    wanted: set[tuple[str, int | None]]
    wanted = {(f"{course.slug}/{former}", chapters[place.slug].pk) for place in file.places for former in place.former}
    wanted |= {(former, None) for former in file.former}
    for path, chapter in sorted(wanted - known, key=lambda each: each[0]):
        FormerAddress.objects.update_or_create(path=path, defaults={"course": course, "chapter_id": chapter})
    own = Q(*(Q(path=f"{course.slug}/{slug}", chapter=chapter) for slug, chapter in chapters.items()), _connector=Q.OR)
    FormerAddress.objects.filter(own | Q(path=course.slug), course=course).delete()
