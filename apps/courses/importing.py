"""Courses come from files into the database, where readers find them. What was written in the browser is respected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from .dialect import BadChapter, compile_chapter
from .folders import BadCourse, ChapterFolder, CourseFolder, Fault
from .models import Chapter, Course, Revision
from .publishing import digest, publish


@dataclass(frozen=True)
class Imported:
    """What happened to one chapter, in a sentence for the console."""

    chapter: str
    happened: str

    def __str__(self) -> str:
        return f"{self.chapter}: {self.happened}"


def check_course(folder: CourseFolder) -> None:
    """Compiles every chapter of a folder without touching the database. Raises `BadCourse` with all faults."""
    faults = [fault for chapter in folder.chapters for fault in _check_chapter(folder, chapter)]
    if faults:
        raise BadCourse(faults)


@transaction.atomic
def import_course(folder: CourseFolder, *, force: bool = False) -> list[Imported]:
    """Brings path and texts of a course up to what its folder holds: all of it or nothing. Lists what it changed or left.

    A text is published when it differs from the newest revision that came from a file. Where the newest revision of all
    was written in the browser, it stays live unless `force` is given. Raises `BadCourse`. Four queries when nothing
    has changed, and nothing is parsed.
    """
    course = _keep_course(folder)
    chapters = _keep_path(course, folder)
    newest = _find_newest(course)
    return [
        imported
        for chapter in folder.chapters
        for imported in _import_chapter(chapters[chapter.slug], chapter, newest.get(chapter.slug, []), force=force)
    ]


def _check_chapter(folder: CourseFolder, chapter: ChapterFolder) -> Iterator[Fault]:
    try:
        compile_chapter(chapter.source, figures=chapter.figures, address=f"{folder.slug}/{chapter.slug}")
    except BadChapter as bad:
        yield from (Fault(chapter.path, *problem) for problem in bad.problems)


def _keep_course(folder: CourseFolder) -> Course:
    """The course's row, locked: two imports at a time wait for each other."""
    wanted = {"title": folder.title, "summary": folder.summary}
    course, _ = Course.objects.select_for_update().get_or_create(slug=folder.slug, defaults=wanted)
    if wanted != {"title": course.title, "summary": course.summary}:
        course.title, course.summary = folder.title, folder.summary
        course.save()
    return course


def _keep_path(course: Course, folder: CourseFolder) -> dict[str, Chapter]:
    """The chapters by slug, as announced; one that is announced no more goes, unless it has ever had a text."""
    chapters = {chapter.slug: chapter for chapter in course.chapters.all()}
    announced = {place.slug for place in folder.path_of_chapters}
    for slug in chapters.keys() - announced:
        _withdraw(chapters[slug], folder)
    for place in folder.path_of_chapters:
        chapter = chapters.setdefault(place.slug, Chapter(course=course, slug=place.slug))
        title = chapter.title if chapter.live_id else place.title
        if (chapter.number, chapter.title) != (place.number, title):
            chapter.number, chapter.title = place.number, title
            chapter.save()
    return chapters


def _withdraw(chapter: Chapter, folder: CourseFolder) -> None:
    if chapter.revisions.exists():
        message = f"Chapter “{chapter.slug}” has been published and is missing here: add it to chapters again."
        raise BadCourse([Fault(folder.path / "course.md", 1, message)])
    chapter.delete()


def _find_newest(course: Course) -> dict[str, list[Revision]]:
    """The newest revision of each origin by chapter, the newest of all first."""
    newest = (
        Revision.objects.filter(chapter__course=course)
        .order_by("chapter_id", "origin", "-number")
        .distinct("chapter_id", "origin")
        .only("number", "origin", "digest", "chapter__slug")
        .select_related("chapter")
    )
    found: dict[str, list[Revision]] = {}
    for revision in sorted(newest, key=lambda revision: -revision.number):
        found.setdefault(revision.chapter.slug, []).append(revision)
    return found


def _import_chapter(
    chapter: Chapter, folder: ChapterFolder, newest: list[Revision], *, force: bool
) -> Iterator[Imported]:
    wanted = digest(folder.source, folder.figures)
    live = newest[0] if newest else None
    from_file = next((revision for revision in newest if revision.origin == Revision.Origin.FILE), None)
    if live and live.digest == wanted:
        return
    if live and live.origin == Revision.Origin.BROWSER and not force:
        if from_file is None or from_file.digest != wanted:
            kept = f"kept revision {live.number}, which was written in the browser; --force publishes the file instead"
            yield Imported(chapter.slug, kept)
        return
    yield Imported(chapter.slug, f"published revision {_publish(chapter, folder, live).number}")


def _publish(chapter: Chapter, folder: ChapterFolder, live: Revision | None) -> Revision:
    try:
        return publish(
            chapter=chapter,
            source=folder.source,
            figures=folder.figures,
            author=None,
            note="Imported from files",
            base=live.number if live else None,
            origin=Revision.Origin.FILE,
        )
    except BadChapter as bad:
        raise BadCourse([Fault(folder.path, *problem) for problem in bad.problems]) from None
