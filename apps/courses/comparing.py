"""What changed between two texts: side by side, line by line, with the words that differ marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

from .merging import match_lines

CONTEXT = 2  # unchanged lines shown around a change
LONGEST_LINE = 2_000  # characters in which words are sought
WORD = re.compile(r"\w+|\s+|[^\w\s]")


class Stretch(NamedTuple):
    """A part of a line, and whether the other side has it otherwise."""

    text: str
    differs: bool


class Side(NamedTuple):
    """A line with its number, from 1."""

    number: int
    words: tuple[Stretch, ...]


@dataclass(frozen=True)
class Row:
    """Two lines beside each other, None where one side has none. `kind` is same, changed, added, removed or fold; a fold
    stands for `hidden` unchanged lines."""

    kind: str
    before: Side | None = None
    after: Side | None = None
    hidden: int = 0


def compare(before: str, after: str, *, longest: int = LONGEST_LINE) -> list[Row]:
    """The lines that differ, with a little around them; empty when the texts are the same.

    In lines of more than `longest` characters no words are sought: the cost grows with their square and more, which
    matters where anybody may write.
    """
    old, new = before.splitlines(), after.splitlines()
    return list(_fold(list(_pair(old, new, longest)))) if old != new else []


def compare_files(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """What happened to the files beside a text, a sentence each."""
    changed = [name for name in before.keys() & after.keys() if before[name] != after[name]]
    said = [(name, "is new") for name in after.keys() - before.keys()]
    said += [(name, "is gone") for name in before.keys() - after.keys()]
    said += [(name, "is another") for name in changed]
    return [f"{name} {happened}." for name, happened in sorted(said)]


def _pair(old: Sequence[str], new: Sequence[str], longest: int) -> Iterator[Row]:
    at = there = 0
    for match in match_lines(old, new):
        gone = ((number, old[number]) for number in range(at, match.at))
        come = ((number, new[number]) for number in range(there, match.there))
        yield from (_oppose(one, other, longest) for one, other in zip_longest(gone, come))
        for step in range(match.size):
            text = (Stretch(old[match.at + step], False),)
            yield Row("same", Side(match.at + step + 1, text), Side(match.there + step + 1, text))
        at, there = match.at + match.size, match.there + match.size


def _oppose(one: tuple[int, str] | None, other: tuple[int, str] | None, longest: int) -> Row:
    if one and other:
        before, after = _mark_words(one[1], other[1], longest)
        return Row("changed", Side(one[0] + 1, before), Side(other[0] + 1, after))
    if one:
        return Row("removed", before=Side(one[0] + 1, (Stretch(one[1], False),)))
    assert other is not None  # noqa: S101  zip_longest gives one of them
    return Row("added", after=Side(other[0] + 1, (Stretch(other[1], False),)))


def _mark_words(one: str, other: str, longest: int) -> tuple[tuple[Stretch, ...], tuple[Stretch, ...]]:
    if max(len(one), len(other)) > longest:
        return (Stretch(one, True),), (Stretch(other, True),)
    left, right = WORD.findall(one), WORD.findall(other)
    codes = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    before = (Stretch("".join(left[i:j]), tag != "equal") for tag, i, j, _, _ in codes if i < j)
    after = (Stretch("".join(right[i:j]), tag != "equal") for tag, _, _, i, j in codes if i < j)
    return tuple(before), tuple(after)


def _fold(rows: Sequence[Row]) -> Iterator[Row]:
    """Leaves out what stands far from every change."""
    changed = [at for at, row in enumerate(rows) if row.kind != "same"]
    shown = {near for at in changed for near in range(at - CONTEXT, at + CONTEXT + 1)}
    hidden = 0
    for at, row in enumerate(rows):
        if at in shown:
            yield from _close_fold(hidden)
            hidden = 0
            yield row
        else:
            hidden += 1
    yield from _close_fold(hidden)


def _close_fold(hidden: int) -> Iterable[Row]:
    return [Row("fold", hidden=hidden)] if hidden else []
