"""`course.md`: what a course is called, and its path of parts and chapters.

    ---
    title: PyTorch Essentials
    level: Introductory
    summary: From a first prediction to a small language model.
    was: torch-basics
    chapters:
      part: First steps
      01 introduction: Introduction to Deep Learning and PyTorch
      02 setting-up (was installing): Setting up Python and PyTorch
    ---

`level` and `was` may be left out. A line `part: …` begins a part, `part:` alone ends the last one. `was` names slugs from
before, of the course or, in brackets, of a chapter: who follows an old link is led on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .dialect import Entry, Problems, read_entries
from .dialect.front_matter import LEVELS
from .dialect.source import is_text

NAME = "course.md"
LONGEST_SLUG = 50
RESERVED = frozenset(["courses", "reviews", "help", "verification", "new", "glossary", "feed", "search"])
"""Names that stand for something else among the addresses, of courses or of their chapters."""
SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
SLUGS = re.compile(rf"{SLUG}(?:, *{SLUG})*")
PLACE = re.compile(
    rf"(?P<number>[0-9]{{2,3}}) +(?P<slug>{SLUG})(?: +\(was +(?P<former>{SLUGS.pattern})\))?: *(?P<title>\S.{{0,159}})"
)
PART = re.compile(r"part:(?: *(?P<title>\S.{0,119}))?")
NEEDED = ("summary", "chapters")
MAY_BE_MISSING = ("level", "was")


@dataclass(frozen=True)
class Place:
    """A place on the path, with or without a text yet. `former` are its slugs from before, `part` is "" outside of parts."""

    number: int
    slug: str
    title: str
    part: str = ""
    former: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class CourseFile:
    """What `course.md` says. `parts` are their titles in order, those without chapters too."""

    title: str
    summary: str
    level: str = ""
    former: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()


def read_course_file(text: str, problems: Problems) -> CourseFile:
    """What the file says; what is wrong with it goes to `problems`, and what is returned then is of no use."""
    lines = text.split("\n")
    entries, length = read_entries(lines, ("title",), problems, optional=(*NEEDED, *MAY_BE_MISSING))
    for number, line in enumerate(lines[length:], start=length + 1):
        if line.strip():
            problems.add(number, "Nothing is read below the front matter of a course: delete this.")
    for key in NEEDED:
        if length and key not in entries:
            problems.add(1, f"The front matter has no {key}: add a line “{key}: …”.")
    nothing = Entry(1, "")
    path = _Path(problems)
    path.read(entries.get("chapters", nothing))
    return CourseFile(
        title=in_one_line(entries.get("title", nothing).value),
        summary=in_one_line(entries.get("summary", nothing).value),
        level=_read_level(entries.get("level", nothing), problems),
        former=tuple(_read_former(entries.get("was", nothing), problems)),
        parts=tuple(path.parts),
        places=tuple(sorted(path.places, key=lambda place: place.number)),
    )


def write_course_file(course: CourseFile) -> str:
    """The one way in which a course is written: reading it gives the same course, whose writing is the same text."""
    lines = ["---", _line("title", course.title)]
    lines += [_line("level", course.level)] if course.level else []
    lines += [_line("summary", course.summary)]
    lines += [_line("was", course.former[0]), *(f"  {slug}" for slug in course.former[1:])] if course.former else []
    return "\n".join([*lines, "chapters:", *_write_path(course), "---", ""])


def name_folder(number: int, slug: str) -> str:
    """Where a chapter lies, below its course."""
    return f"{number:02}-{slug}"


def in_one_line(text: str) -> str:
    """As it can stand in a line of the file: no line ends, no control characters, single spaces."""
    spaced = re.sub(r"[\t\r\n\f\v]", " ", text)
    return re.sub(" +", " ", "".join(char for char in spaced if is_text(char))).strip()


class _Path:
    """Reads the indented lines below `chapters:`."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.parts: list[str] = []
        self.places: list[Place] = []
        self.part = ""
        self.taken: dict[str | int, int] = {}
        self.left: dict[str, int] = {}

    def read(self, chapters: Entry) -> None:
        if chapters.value:
            self.problems.add(chapters.line, "Write each chapter on an indented line of its own below “chapters:”.")
        for line, text in chapters.more:
            if part := PART.fullmatch(text):
                self.begin_part(in_one_line(part["title"] or ""))
            elif place := PLACE.fullmatch(text):
                self.read_place(line, place)
            else:
                self.problems.add(
                    line, f"“{text[:40]}” announces no chapter: write “02 setting-up: Title”, or “part: Title”."
                )

    def begin_part(self, title: str) -> None:
        self.part = title
        if title and title not in self.parts:
            self.parts.append(title)

    def read_place(self, line: int, found: re.Match[str]) -> None:
        number, slug, former = int(found["number"]), found["slug"], _split(found["former"] or "")
        for each in (slug, *former):
            if len(each) > LONGEST_SLUG:
                self.problems.add(line, f"“{each[:40]}…” is longer than {LONGEST_SLUG} characters: shorten it.")
        if slug in RESERVED:
            self.problems.add(line, f"“{slug}” stands for something else here: choose another address.")
        for name in (number, slug):
            if name in self.taken:
                self.problems.add(line, f"“{name}” is taken by line {self.taken[name]}: every chapter has its own.")
            self.taken.setdefault(name, line)
        for name in former:
            if name in self.left or name == slug:
                where = "this chapter's slug now" if name == slug else f"said of line {self.left[name]}, too"
                self.problems.add(line, f"“was {name}” is {where}: keep one.")
            self.left.setdefault(name, line)
        self.places.append(Place(number, slug, in_one_line(found["title"]), self.part, former, line))


def _read_level(level: Entry, problems: Problems) -> str:
    if level.value and level.value not in LEVELS:
        problems.add(level.line, f"Unknown level “{level.value}”: write one of {', '.join(LEVELS)}.")
    return level.value


def _read_former(was: Entry, problems: Problems) -> Iterator[str]:
    seen = set[str]()
    for line, text in ((was.line, was.value), *was.more):
        if text and not SLUGS.fullmatch(text):
            problems.add(line, f"“{text[:40]}” is no slug from before: write it like “was: torch-basics”.")
            continue
        for slug in _split(text):
            if slug in seen:
                problems.add(line, f"“{slug}” stands here twice: keep one.")
            elif len(slug) > LONGEST_SLUG:
                problems.add(line, f"“{slug[:40]}…” is longer than {LONGEST_SLUG} characters: shorten it.")
            seen.add(slug)
            yield slug


def _split(slugs: str) -> tuple[str, ...]:
    return tuple(slug.strip() for slug in slugs.split(",")) if slugs else ()


def _line(key: str, value: str) -> str:
    return f"{key}: {in_one_line(value)}".rstrip()


def _write_path(course: CourseFile) -> Iterator[str]:
    """Parts without chapters stand before the first part that comes after them."""
    waiting, part = list(course.parts), ""
    for place in course.places:
        if place.part != part:
            yield from _begin_part(place.part, waiting)
            part = place.part
        former = f" (was {', '.join(place.former)})" if place.former else ""
        yield f"  {place.number:02} {place.slug}{former}: {in_one_line(place.title)}"
    yield from (f"  part: {title}" for title in waiting)


def _begin_part(title: str, waiting: list[str]) -> Iterator[str]:
    """The lines that lead up to a part, and those parts taken from `waiting`; "" ends the last one."""
    while title in waiting:
        yield f"  part: {waiting[0]}"
        if waiting.pop(0) == title:
            return
    yield f"  part: {title}".rstrip()
