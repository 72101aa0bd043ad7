"""A course as it lies in files: `course.md`, and `NN-slug/chapter.md` with its figures beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from .dialect import BadChapter, Entry, Problem, Problems, clean, read_entries

KEYS = ("title", "summary", "chapters")
FOLDER = re.compile(r"(?P<number>[0-9]{2,3})-(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)")
LONGEST_SLUG = 50
BESIDE = (".svg", ".csv")
"""What belongs to a chapter besides its text: drawings, and curves that its projects recorded."""
ANNOUNCED = re.compile(r"(?P<number>[0-9]{2,3}) +(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*): *(?P<title>\S.{0,119})")


class Fault(NamedTuple):
    """A problem and the file it is in."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class BadCourse(ValueError):
    """Files that cannot be imported; `faults` are all that was found in them."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True)
class Announced:
    """A place on the path, with or without a text yet."""

    number: int
    slug: str
    title: str
    line: int


@dataclass(frozen=True)
class ChapterFolder:
    path: Path
    number: int
    slug: str
    source: str
    figures: dict[str, str]


@dataclass(frozen=True)
class CourseFolder:
    path: Path
    slug: str
    title: str
    summary: str
    path_of_chapters: list[Announced]
    chapters: list[ChapterFolder]


def find_courses(root: Path) -> list[Path]:
    """The folders below `root` that hold a course."""
    return sorted(path.parent for path in root.glob("*/course.md"))


def read_course(folder: Path) -> CourseFolder:
    """Everything in a course's folder, its chapters' texts unchecked. Raises `BadCourse`."""
    path, problems = folder / "course.md", Problems()
    lines = _read_text(path).split("\n")
    entries, length = read_entries(lines, KEYS, problems)
    for number, line in enumerate(lines[length:], start=length + 1):
        if line.strip():
            problems.add(number, "Nothing is read below the front matter of a course: delete this.")
    announced = list(_read_announced(entries["chapters"], problems)) if "chapters" in entries else []
    chapters = [_read_chapter(found) for found in sorted(folder.glob("*/chapter.md"))]
    faults = [Fault(path, *problem) for problem in problems]
    faults += [fault for chapter in chapters for fault in _check_place(chapter, announced)]
    if faults:
        raise BadCourse(faults)
    return CourseFolder(folder, folder.name, entries["title"].value, entries["summary"].value, announced, chapters)


def _read_text(path: Path) -> str:
    try:
        return clean(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise BadCourse([Fault(path, line, "This is not UTF-8: save the file as UTF-8.")]) from None
    except OSError as error:
        raise BadCourse([Fault(path, 1, f"The file cannot be read: {error.strerror}.")]) from None
    except BadChapter as bad:
        raise BadCourse([Fault(path, *problem) for problem in bad.problems]) from None


def _read_announced(entry: Entry, problems: Problems) -> Iterator[Announced]:
    seen: dict[str | int, int] = {}
    for line, text in entry.more:
        found = ANNOUNCED.fullmatch(text)
        if not found or len(found["slug"]) > LONGEST_SLUG:
            problems.add(line, f"“{text[:40]}” announces no chapter: write “02 setting-up: Title”.")
            continue
        announced = Announced(int(found["number"]), found["slug"], found["title"], line)
        for name in (announced.number, announced.slug):
            if name in seen:
                problems.add(line, f"“{name}” is taken by line {seen[name]}: every chapter has its own.")
            seen.setdefault(name, line)
        yield announced


def _read_chapter(path: Path) -> ChapterFolder:
    found = FOLDER.fullmatch(path.parent.name)
    if not found:
        raise BadCourse([Fault(path, 1, "Its folder must be named with a number and a slug, such as 02-setting-up.")])
    figures = {file.name: _read_text(file) for file in sorted(path.parent.iterdir()) if file.suffix in BESIDE}
    return ChapterFolder(path, int(found["number"]), found["slug"], _read_text(path), figures)


def _check_place(chapter: ChapterFolder, announced: list[Announced]) -> Iterator[Fault]:
    if (chapter.number, chapter.slug) not in [(place.number, place.slug) for place in announced]:
        wanted = f"{chapter.number:02} {chapter.slug}: Title"
        problem = Problem(1, f"The course does not announce this chapter: add “{wanted}” to chapters in course.md.")
        yield Fault(chapter.path, *problem)
