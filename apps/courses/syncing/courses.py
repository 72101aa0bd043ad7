"""A whole course: first its path, then each chapter, so that a sync that was broken off is simply begun again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.db import transaction

from apps.courses.course_file import NAME, CourseFile, Place, name_folder, read_course_file, write_course_file
from apps.courses.dialect import Problems
from apps.courses.exporting import describe_course, write_file
from apps.courses.folders import BadCourse, ChapterFolder, CourseFolder, Fault, read_files
from apps.courses.laying import lay_path, open_course
from apps.courses.models import Chapter, Course
from apps.courses.publishing import StaleBase

from .chapters import Step, complain, sync_chapter
from .desk import Desk
from .merging import merge
from .state import State


class _Torn(Exception):
    """Path and path cannot be joined: `step` says what to do, and chapters have to wait."""

    def __init__(self, step: Step) -> None:
        self.step = step


def sync_course(folder: Path, *, dry_run: bool = False) -> list[Step]:
    """Brings a course's folder and the site to the same state; lists what it did, or with `dry_run` what it would do.

    Whichever side changed since the last time is taken over; where both did, they are merged, or the folder gets both
    versions and nothing is published. Each chapter is done by itself. Raises `BadCourse`, `NoGit`, `OSError`.
    """
    if not dry_run:
        return list(_sync(folder, dry_run=False))
    with transaction.atomic():
        steps = list(_sync(folder, dry_run=True))
        transaction.set_rollback(True)
    return steps


def begin_folder(course: Course, folder: Path) -> None:
    """A folder for a course that lies in none yet: `sync_course` does the rest."""
    write_file(folder / NAME, write_course_file(describe_course(course)).encode())


def _sync(folder: Path, *, dry_run: bool) -> Iterator[Step]:
    files = read_files(folder)
    desk = Desk(folder, State.read(folder), dry_run)
    try:
        course, file, step = _sync_path(desk, files)
    except _Torn as torn:
        yield torn.step
        return
    yield from [step] if step else []
    folders = _move_folders(desk, files, file)
    chapters = {chapter.slug: chapter for chapter in course.chapters.select_related("course", "live")}
    for place in file.places:
        yield from _sync_place(desk, chapters[place.slug], place, folders.get(place.slug))
    yield from _write_path(desk, course)


@transaction.atomic
def _sync_path(desk: Desk, files: CourseFolder) -> tuple[Course, CourseFile, Step | None]:
    """The course with its path as both sides have it from now on; course.md is written where that is another."""
    there = _find_course(files)
    here = write_course_file(files.file)
    site = write_course_file(describe_course(there)) if there else ""
    base = desk.state.course or (there.in_files if there else "")
    joined = _join_path(desk, here=here, site=site, base=base)
    problems = Problems()
    file = read_course_file(joined, problems)
    if problems:
        raise BadCourse([Fault(desk.folder / NAME, problem.line, problem.message) for problem in problems])
    course = open_course(files.slug, file)
    if joined != site:
        lay_path(course, file, desk.folder)
    if not course.in_files:
        course.in_files = joined
        course.save(update_fields=["in_files"])
    return course, file, _describe(here, site, joined)


def _find_course(files: CourseFolder) -> Course | None:
    slugs = [files.slug, *files.file.former]
    found = {course.slug: course for course in Course.objects.filter(slug__in=slugs)}
    return next((found[slug] for slug in slugs if slug in found), None)


def _join_path(desk: Desk, *, here: str, site: str, base: str) -> str:
    if site in ("", here) or base == site:
        return here
    joined, conflicts = (site, 0) if base == here else merge(base=base, ours=here, theirs=site)
    desk.write(NAME, joined.encode())
    if base != here:
        desk.agree(on=site)
    if conflicts:
        raise _Torn(
            Step(NAME, "changed in the folder and on the site: keep in it what is right between the lines <<<<<<< and "
                       ">>>>>>>; then sync again. Chapters wait until then", bad=True)
        )  # fmt: skip
    return joined


def _describe(here: str, site: str, joined: str) -> Step | None:
    if here == site:
        return None
    if joined == here:
        return Step(NAME, "folder → site: laid the path")
    return Step(NAME, "site → folder: wrote the path" if joined == site else "folder + site: merged the path")


def _move_folders(desk: Desk, files: CourseFolder, file: CourseFile) -> dict[str, ChapterFolder]:
    """The chapters' folders by slug, each renamed to what the path calls it. Raises `BadCourse`."""
    places = {former: place for place in file.places for former in place.former}
    places |= {place.slug: place for place in file.places}
    folders, faults = dict[str, ChapterFolder](), list[Fault]()
    for chapter in files.chapters:
        place, path = places.get(chapter.slug), chapter.path.parent
        if place is None or place.slug in folders:
            faults.append(Fault(chapter.path, 1, "The course does not announce this chapter, or another folder is it, too: "
                                                 f"look at chapters in {NAME}."))  # fmt: skip
            continue
        folders[place.slug] = chapter
        name = name_folder(place.number, place.slug)
        if path.name != name and (desk.folder / name).exists():
            faults.append(Fault(chapter.path, 1, f"Its folder must be called {name} now, and there is such a one."))
        elif path.name != name:
            desk.rename(path, name)
    if faults:
        raise BadCourse(faults)
    return folders


def _sync_place(desk: Desk, chapter: Chapter, place: Place, folder: ChapterFolder | None) -> Iterator[Step]:
    try:
        with transaction.atomic():
            step = sync_chapter(desk, chapter, folder, desk.state.find((place.slug, *place.former)))
    except BadCourse as bad:
        step = complain(chapter.slug, bad, desk.folder)
    except StaleBase as stale:
        step = Step(chapter.slug, f"revision {stale.newest.number} came meanwhile: sync again", bad=True)
    yield from [step] if step else []


def _write_path(desk: Desk, course: Course) -> Iterator[Step]:
    """A chapter's title is that of its text: the path follows it, on the site and in the folder."""
    text = write_course_file(describe_course(course))
    before = (desk.folder / NAME).read_bytes()
    if not desk.dry_run and before != text.encode():
        desk.write(NAME, text.encode())
        yield Step(NAME, "written as the site has it")
    if desk.state.course != text:
        desk.agree(on=text)
