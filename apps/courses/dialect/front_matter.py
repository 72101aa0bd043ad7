"""The lines between `---` at the top of a file: `key: value`, one a line."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection
from dataclasses import dataclass

from .nodes import Front
from .problems import Problems

MARK = "---"
LEVELS = ("Introductory", "Intermediate", "Advanced")
KEYS = ("title", "level", "summary", "updated")
OPTIONAL = ("requires",)
MOST_REQUIRED = 6
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST = {"title": 120, "summary": 500}


@dataclass(frozen=True)
class Entry:
    """`more` are the indented lines below a key, each with its number."""

    line: int
    value: str
    more: tuple[tuple[int, str], ...] = ()


def read_front(lines: list[str], problems: Problems) -> tuple[Front, int]:
    """A chapter's front matter, and how many lines it takes."""
    entries, length = read_entries(lines, KEYS, problems, optional=OPTIONAL)
    values = {key: entries[key].value if key in entries else "" for key in KEYS}
    if values["level"] and values["level"] not in LEVELS:
        problems.add(entries["level"].line, f"Unknown level “{values['level']}”: write one of {', '.join(LEVELS)}.")
    updated = _read_date(entries["updated"], problems) if values["updated"] else datetime.date.min
    requires = _read_requires(entries["requires"], problems) if "requires" in entries else ()
    return Front(values["title"], values["level"], values["summary"], updated, requires), length


def read_entries(
    lines: list[str], keys: Collection[str], problems: Problems, *, optional: Collection[str] = ()
) -> tuple[dict[str, Entry], int]:
    """All of `keys`, what there is of `optional`, and nothing else from the front matter of any file; and how many lines it takes."""
    end = next((at for at, line in enumerate(lines[1:], start=1) if line.rstrip() == MARK), 0)
    if not lines or lines[0].rstrip() != MARK or not end:
        problems.add(1, f"Begin the file with front matter: a line ---, then {', '.join(keys)}, then a line ---.")
        return {}, 0
    entries: dict[str, Entry] = {}
    for number, line in enumerate(lines[1:end], start=2):
        _read_entry(number, line, (*keys, *optional), entries, problems)
    for key in keys:
        if key not in entries or not (entries[key].value or entries[key].more):
            problems.add(1, f"The front matter has no {key}: add a line “{key}: …”.")
    return entries, end + 1


def _read_entry(number: int, line: str, keys: Collection[str], entries: dict[str, Entry], problems: Problems) -> None:
    if not line.strip():
        return
    if line.startswith(" ") and entries:
        key, entry = list(entries.items())[-1]
        entries[key] = Entry(entry.line, entry.value, (*entry.more, (number, line.strip())))
        return
    key, colon, value = (part.strip() for part in line.partition(":"))
    if not colon or key not in keys:
        problems.add(number, f"“{line.strip()[:40]}” means nothing here: the front matter knows {', '.join(keys)}.")
    elif key in entries:
        problems.add(number, f"{key} stands here twice: keep one.")
    elif len(value) > LONGEST.get(key, 100):
        problems.add(number, f"The {key} is longer than {LONGEST.get(key, 100)} characters: shorten it.")
    else:
        entries[key] = Entry(number, value)


def _read_requires(entry: Entry, problems: Problems) -> tuple[tuple[int, str], ...]:
    """`requires: tensors, autograd`: slugs of chapters, each with its line."""
    slugs = tuple(dict.fromkeys(slug.strip() for slug in entry.value.split(",")))
    if len(slugs) > MOST_REQUIRED:
        problems.add(entry.line, f"More than {MOST_REQUIRED} chapters are required: name those that matter most.")
    for slug in slugs:
        if not SLUG.fullmatch(slug):
            problems.add(
                entry.line, f"“{slug[:40]}” names no chapter: write slugs, such as requires: tensors, autograd."
            )
    return tuple((entry.line, slug) for slug in slugs)


def _read_date(entry: Entry, problems: Problems) -> datetime.date:
    try:
        return datetime.date.fromisoformat(entry.value)
    except ValueError:
        problems.add(entry.line, f"“{entry.value}” is no date: write it like 2026-11-23.")
        return datetime.date.min
