"""Courses come from files into the database, where readers find them. What was written in the browser is respected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django.db import transaction

from .checking import check_course
from .course_file import NAME, CourseFile, read_course_file, write_course_file
from .dialect import BadChapter, Problems
from .exporting import describe_course
from .folders import BadCourse, ChapterFolder, CourseFolder, Fault
from .laying import find_chapters, lay_path, open_course
from .models import Chapter, Course, Revision
from .pictures import keep_picture
from .publishing import digest, publish
from .tracing import find_revision, print_text

KEPT_PATH = "kept the path as it was edited in the browser; --force lays the file's instead, course sync joins them"
NOT_THERE = "not on the path that was edited in the browser: not published"


@dataclass(frozen=True)
class Imported:
    """What happened to one chapter, or to the path, in a sentence for the console."""

    chapter: str
    happened: str

    def __str__(self) -> str:
        return f"{self.chapter}: {self.happened}"


@transaction.atomic
def import_course(folder: CourseFolder, *, force: bool = False) -> list[Imported]:
    """Brings path and texts of a course up to what its folder holds: all of it or nothing. Lists what it changed or left.

    A text is published when it differs from the newest revision that came from a file. Where the newest revision of all
    was written in the browser, or the file has a text that the site has had before, the site's stays live unless `force`
    is given; so does a path that was edited there. Raises `BadCourse`. Five queries when nothing has changed, and nothing is
    parsed.
    """
    course = open_course(folder.slug, folder.file)
    told = list(_import_path(course, folder, force=force))
    chapters, newest = find_chapters(course), _find_newest(course)
    told += [Imported(chapter.slug, NOT_THERE) for chapter in folder.chapters if chapter.slug not in chapters]
    open_ = [chapter for chapter in folder.chapters if chapter.slug in chapters]
    while open_:
        open_ = _import_round(chapters, open_, newest, told, force=force)
    return told


def _import_round(
    chapters: Mapping[str, Chapter],
    folders: list[ChapterFolder],
    newest: Mapping[int, list[Revision]],
    told: list[Imported],
    *,
    force: bool,
) -> list[ChapterFolder]:
    """Those that have to wait: a text may name what stands in another only when that is published, too. Raises `BadCourse`
    when nothing else can be.
    """
    waiting, faults = list[ChapterFolder](), list[Fault]()
    for folder in folders:
        chapter = chapters[folder.slug]
        try:
            told += list(_import_chapter(chapter, folder, newest.get(chapter.pk, []), force=force))
        except BadCourse as bad:
            waiting.append(folder)
            faults += bad.faults
    if len(waiting) == len(folders):
        raise BadCourse(faults)
    return waiting


def publish_folder(chapter: Chapter, folder: ChapterFolder, *, base: int | None, note: str) -> Revision:
    """The text in a folder becomes live, its pictures stored first. Raises `BadCourse`, and `StaleBase` as `publish` does."""
    try:
        for content in folder.pictures.values():
            keep_picture(content, rewrite=False)
        return publish(
            chapter=chapter,
            source=folder.source,
            figures=folder.figures,
            author=None,
            note=note,
            base=base,
            origin=Revision.Origin.FILE,
        )
    except BadChapter as bad:
        raise BadCourse([Fault(folder.path, problem.line, problem.message) for problem in bad.problems]) from None


def _import_path(course: Course, folder: CourseFolder, *, force: bool) -> Iterator[Imported]:
    """Lays the path, unless files and site still have what they last had in common, or the browser has edited it since."""
    wanted = write_course_file(folder.file)
    if course.in_files == wanted and not force:
        return
    if not force and _is_edited(course, folder.file):
        yield Imported(NAME, KEPT_PATH)
        return
    if course.in_files not in ("", wanted):
        check_course(folder)  # what one chapter says of another was checked when that was published: under other names
    lay_path(course, folder.file, folder.path)
    course.in_files = wanted
    course.save(update_fields=["in_files"])


def _is_edited(course: Course, wanted: CourseFile) -> bool:
    """Whether the site's path is neither what was last read from files nor what they hold now.

    Titles of published chapters do not count: those are what their texts say, wherever they were written.
    """
    if not course.in_files:
        return False
    live = set(course.chapters.filter(live__isnull=False).values_list("slug", flat=True))
    now, before = describe_course(course), read_course_file(course.in_files, Problems())
    return _without_titles(now, live) not in (_without_titles(before, live), _without_titles(wanted, live))


def _without_titles(file: CourseFile, slugs: set[str]) -> CourseFile:
    return replace(file, places=tuple(replace(each, title="") if each.slug in slugs else each for each in file.places))


def _find_newest(course: Course) -> dict[int, list[Revision]]:
    """The newest revision of each origin by chapter, the newest of all first."""
    newest = (
        Revision.objects.filter(chapter__course=course)
        .order_by("chapter_id", "origin", "-number")
        .distinct("chapter_id", "origin")
        .only("number", "origin", "digest", "chapter_id")
    )
    found: dict[int, list[Revision]] = {}
    for revision in sorted(newest, key=lambda revision: -revision.number):
        found.setdefault(revision.chapter_id, []).append(revision)
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
    if live and not force and (had := _find_older(chapter, folder, live)):
        yield Imported(
            chapter.slug,
            f"kept revision {live.number}, for the file has the text of revision {had}; --force publishes that again",
        )
        return
    base = live.number if live else None
    published = publish_folder(chapter, folder, base=base, note="Imported from files")
    yield Imported(chapter.slug, f"published revision {published.number}")


def _find_older(chapter: Chapter, folder: ChapterFolder, live: Revision) -> int:
    """The number of an older revision with this very text, 0 for none: then another folder has been imported or synced since."""
    found = find_revision(chapter, print_text(folder.source, folder.figures))
    return found.number if found and found.number != live.number else 0
