"""A course in files is looked through before anybody imports it. Needs no database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .course_file import NAME, in_one_line
from .dialect import BadChapter, Compiled, compile_chapter
from .dialect.curves import name_file
from .folders import BadCourse, ChapterFolder, CourseFolder, Fault, list_remarks


@dataclass(frozen=True)
class _Checked:
    chapter: ChapterFolder
    compiled: Compiled


def check_course(folder: CourseFolder) -> list[Fault]:
    """Compiles every chapter, follows what one says of another, and lists remarks that stop nobody. Raises `BadCourse`."""
    faults = list[Fault]()
    checked = [one for chapter in folder.chapters for one in _compile(folder, chapter, faults)]
    faults += [fault for one in checked for fault in _check_links(folder, one)]
    kinds = {(one.chapter.slug, item.key): item.kind for one in checked for item in one.compiled.items}
    faults += [fault for one in checked for fault in _check_references(one, kinds)]
    if faults:
        raise BadCourse(faults)
    remarks = [remark for one in checked for remark in _compare_titles(folder, one)]
    return remarks + list_remarks(folder, {one.chapter.slug: list(_list_used(one)) for one in checked})


def _compile(folder: CourseFolder, chapter: ChapterFolder, faults: list[Fault]) -> Iterator[_Checked]:
    try:
        address = f"{folder.slug}/{chapter.slug}"
        yield _Checked(chapter, compile_chapter(chapter.source, figures=chapter.figures, address=address))
    except BadChapter as bad:
        faults += [Fault(chapter.path, problem.line, problem.message) for problem in bad.problems]


def _check_links(folder: CourseFolder, checked: _Checked) -> Iterator[Fault]:
    slugs = {place.slug for place in folder.file.places}
    now = {former: place.slug for place in folder.file.places for former in place.former}
    named = [(reference.line, reference.chapter) for reference in checked.compiled.references]
    for line, slug in [*checked.compiled.links, *named]:
        if slug in now and slug not in slugs:
            yield Fault(checked.chapter.path, line, f"Chapter “{slug}” is called “{now[slug]}” now: write that.")
        elif slug not in slugs:
            yield Fault(checked.chapter.path, line, f"This course has no chapter “{slug}”: check the name.")


def _check_references(checked: _Checked, kinds: Mapping[tuple[str, str], str]) -> Iterator[Fault]:
    """What a text names in another chapter must stand there, unless that is still to be written."""
    written = {slug for slug, _ in kinds}
    for reference in checked.compiled.references:
        kind = kinds.get((reference.chapter, reference.key), "")
        if reference.key and reference.chapter in written and (not kind or reference.kind not in ("", kind)):
            what = reference.kind or "section, figure, listing or the like"
            message = f"Chapter “{reference.chapter}” has no {what} “{reference.key}”: check the id."
            yield Fault(checked.chapter.path, reference.line, message)


def _compare_titles(folder: CourseFolder, checked: _Checked) -> Iterator[Fault]:
    for place in folder.file.places:
        title = in_one_line(checked.compiled.title)
        if place.slug == checked.chapter.slug and place.title != title:
            yield Fault(folder.path / NAME, place.line, f"The chapter calls itself “{title}”, and so does the path: write "
                                                        "that here, too.")  # fmt: skip


def _list_used(checked: _Checked) -> Iterator[str]:
    """The files that a text names: its figures' sources, and the curves of its projects."""
    yield from (name_file(key) for key in checked.compiled.projects)
    yield from (name for name in checked.chapter.figures if f'"{name}"' in checked.chapter.source)
