"""What changed between two texts, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff

CONTEXT = 2  # unchanged lines shown around a change


@dataclass(frozen=True)
class Change:
    """One line of a comparison. `kind` is added, removed, same, or place (a new spot in the text)."""

    kind: str
    text: str


def compare(before: str, after: str) -> list[Change]:
    """The lines that differ, with a little around them; empty when the texts are the same."""
    return list(_changes(before.splitlines(), after.splitlines()))


def _changes(before: list[str], after: list[str]) -> Iterator[Change]:
    kinds = {"+": "added", "-": "removed", " ": "same"}
    for number, line in enumerate(unified_diff(before, after, lineterm="", n=CONTEXT)):
        if number < 2:  # the two lines that would name the files
            continue
        if line.startswith("@@"):
            yield Change("place", f"line {line.split('+')[1].split(' ')[0].split(',')[0]}")
        else:
            yield Change(kinds[line[0]], line[1:])
