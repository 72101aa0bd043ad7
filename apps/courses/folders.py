"""A course as it lies in files: `course.md`, and `NN-slug/chapter.md` with its drawings, curves and pictures beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from .course_file import (
    LONGEST_SLUG,
    NAME,
    RESERVED,
    SLUG,
    CourseFile,
    name_folder,
    read_course_file,
    write_course_file,
)
from .dialect import BadChapter, Problems, clean
from .pictures import PICTURE_BYTES, BadPicture, describe_picture

CHAPTER = "chapter.md"
FOLDER = re.compile(rf"(?P<number>[0-9]{{2,3}})-(?P<slug>{SLUG})")
BESIDE = (".svg", ".csv")
"""Texts that belong to a chapter besides its own: drawings, and curves that its projects recorded."""
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")
MARKS = ("<<<<<<< ", ">>>>>>> ")
"""How the lines begin between which a merge has left both versions."""


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
class ChapterFolder:
    """A chapter's text made uniform, and its `figures` as a revision stores them; `pictures` are the bytes behind those."""

    path: Path
    number: int
    slug: str
    source: str
    figures: Mapping[str, str]
    pictures: Mapping[str, bytes]


@dataclass(frozen=True)
class CourseFolder:
    """A course's files. `text` is its `course.md`, made uniform; `chapters` are those that have a text."""

    path: Path
    slug: str
    text: str
    file: CourseFile
    chapters: list[ChapterFolder]


def find_courses(root: Path) -> list[Path]:
    """The folders of the courses in `root`; `root` itself when it is one."""
    return [root] if (root / NAME).is_file() else sorted(path.parent for path in root.glob(f"*/{NAME}"))


def read_course(folder: Path) -> CourseFolder:
    """Everything in a course's folder, its chapters' texts unchecked. Raises `BadCourse` with all faults."""
    course = read_files(folder)
    faults = [fault for chapter in course.chapters for fault in _check_place(chapter, course.file)]
    if faults:
        raise BadCourse(faults)
    return course


def read_files(folder: Path) -> CourseFolder:
    """The same for a folder whose path and chapters may not fit together yet. Raises `BadCourse`."""
    path, problems, faults = folder / NAME, Problems(), list[Fault]()
    slug = folder.resolve().name
    if not re.fullmatch(SLUG, slug) or len(slug) > LONGEST_SLUG or slug in RESERVED:
        faults.append(Fault(folder, 1, f"The folder's name is the course's address: “{slug[:60]}” cannot be one. "
                                       "Use lower-case letters, digits and single hyphens."))  # fmt: skip
    text = read_text(path)
    file = read_course_file(text, problems)
    faults += [Fault(path, problem.line, problem.message) for problem in problems]
    chapters = [chapter for found in _find_chapters(folder) for chapter in _try_chapter(found, faults)]
    if faults:
        raise BadCourse(faults)
    return CourseFolder(folder, slug, text, file, chapters)


def read_text(path: Path) -> str:
    """A file of text, made uniform. Raises `BadCourse`, also where a merge has left both versions."""
    content = _read_bytes(path)
    try:
        text = clean(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadCourse([Fault(path, line, "This is not UTF-8: save the file as UTF-8.")]) from None
    except BadChapter as bad:
        raise BadCourse([Fault(path, problem.line, problem.message) for problem in bad.problems]) from None
    if line := find_mark(text):
        raise BadCourse([Fault(path, line, "A merge has left two versions here: keep what is right, and delete the "
                                           "lines <<<<<<<, ======= and >>>>>>>.")])  # fmt: skip
    return text


def find_mark(text: str) -> int:
    """The first line that a merge has left in the text, counted from 1; 0 for none."""
    return next((number for number, line in enumerate(text.split("\n"), start=1) if line.startswith(MARKS)), 0)


def read_chapter(path: Path) -> ChapterFolder:
    """The chapter whose text is at `path`, with what lies beside it. Raises `BadCourse`."""
    found = FOLDER.fullmatch(path.parent.name)
    if not found or len(found["slug"]) > LONGEST_SLUG:
        raise BadCourse([Fault(path, 1, "Its folder must be named with a number and a slug, such as 02-setting-up.")])
    figures, pictures, faults = dict[str, str](), dict[str, bytes](), list[Fault]()
    for file in sorted(path.parent.iterdir()):
        try:
            _read_beside(file, figures, pictures)
        except BadCourse as bad:
            faults += bad.faults
    if faults:
        raise BadCourse(faults)
    return ChapterFolder(path, int(found["number"]), found["slug"], read_text(path), figures, pictures)


def list_remarks(folder: CourseFolder, used: Mapping[str, Iterable[str]]) -> list[Fault]:
    """What is no mistake and still worth knowing: files that nothing reads, texts that will be written otherwise.

    `used` are by chapter the files that its text names.
    """
    remarks = []
    if folder.text != write_course_file(folder.file):
        remarks.append(Fault(folder.path / NAME, 1, "It will be written in the usual form when it is exported: "
                                                    "spaces, order of chapters."))  # fmt: skip
    for chapter in folder.chapters:
        remarks += _remark_form(chapter.path)
        remarks += _remark_files(chapter, frozenset(used.get(chapter.slug, ())))
    return remarks + list(_remark_lost(folder))


def _find_chapters(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*/{CHAPTER}"))


def _try_chapter(path: Path, faults: list[Fault]) -> Iterator[ChapterFolder]:
    try:
        yield read_chapter(path)
    except BadCourse as bad:
        faults += bad.faults


def _read_bytes(path: Path, most: int = 0) -> bytes:
    """A plain file; with `most`, none that is longer. Raises `BadCourse`."""
    try:
        if path.is_symlink():
            raise BadCourse([Fault(path, 1, "This is a link: put the file itself here.")])
        if most and path.stat().st_size > most:
            raise BadCourse([Fault(path, 1, f"The file has over {most // 1_000_000} MB: make it smaller.")])
        return path.read_bytes()
    except OSError as error:
        raise BadCourse([Fault(path, 1, f"The file cannot be read: {error.strerror}.")]) from None


def _read_beside(file: Path, figures: dict[str, str], pictures: dict[str, bytes]) -> None:
    if file.suffix not in (*BESIDE, *PICTURES) or file.is_dir():
        return
    if not FILE.fullmatch(file.name):
        shown = ascii(file.name)[1:-1][:60]
        raise BadCourse([Fault(file.parent, 1, f"“{shown}” cannot stand beside a chapter: name it with letters, digits, "
                                               "dots, hyphens and underscores.")])  # fmt: skip
    if file.suffix in BESIDE:
        figures[file.name] = read_text(file)
        return
    content = _read_bytes(file, PICTURE_BYTES)
    try:
        figures[file.name] = str(describe_picture(content))
    except BadPicture as bad:
        raise BadCourse([Fault(file, 1, str(bad))]) from None
    pictures[file.name] = content


def _check_place(chapter: ChapterFolder, file: CourseFile) -> Iterator[Fault]:
    if (chapter.number, chapter.slug) not in [(place.number, place.slug) for place in file.places]:
        wanted = f"{chapter.number:02} {chapter.slug}: Title"
        yield Fault(
            chapter.path, 1, f"The course does not announce this chapter: add “{wanted}” to chapters in {NAME}."
        )


def _remark_form(path: Path) -> Iterator[Fault]:
    content = path.read_bytes()
    reasons = {
        "a byte-order mark": content.startswith(b"\xef\xbb\xbf"),
        "line ends other than LF": b"\r" in content,
        "tabs": b"\t" in content,
    }
    if content != read_text(path).encode():
        found = ", ".join(reason for reason, there in reasons.items() if there) or "white space at its end"
        yield Fault(path, 1, f"It has {found}: exported, it comes back without.")


def _remark_files(chapter: ChapterFolder, used: frozenset[str]) -> Iterator[Fault]:
    for file in sorted(chapter.path.parent.iterdir()):
        if file.name in chapter.figures and file.name not in used:
            yield Fault(file, 1, "The text does not use this file: name it in a figure, or delete it.")
        elif file.name not in chapter.figures and file != chapter.path and not file.name.startswith("."):
            known = ", ".join((*BESIDE, *PICTURES))
            yield Fault(file, 1, f"This is not read, and will not be exported: beside a chapter stand {known}.")


def _remark_lost(folder: CourseFolder) -> Iterator[Fault]:
    known = {name_folder(chapter.number, chapter.slug) for chapter in folder.chapters}
    read = {chapter.path.parent.name for chapter in folder.chapters} | known
    for path in sorted(folder.path.iterdir()):
        if path.is_dir() and path.name not in read and not path.name.startswith("."):
            yield Fault(path, 1, f"There is no {CHAPTER} in this folder: nothing in it is read.")
