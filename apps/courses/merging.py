"""Two texts that grew out of one, brought together line by line, as diff3 does it. Pure: texts in, pieces out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

MOST_LINES = 5_000
"""Of the part in which two texts differ: to find what fits together takes up to the square of it."""


@dataclass(frozen=True)
class Agreed:
    """Lines that both have, or that only one has changed."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Conflict:
    """Lines that both have changed, each otherwise; `line` is where they stand in `ours`, from 1."""

    base: tuple[str, ...]
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    line: int = 0


Piece = Agreed | Conflict


class Match(NamedTuple):
    """`size` lines that are the same from `at` on in one text and from `there` on in the other."""

    at: int
    there: int
    size: int


class Anchor(NamedTuple):
    """`size` lines that all three texts have, and where."""

    base: int
    ours: int
    theirs: int
    size: int


def merge_texts(base: str, ours: str, theirs: str) -> list[Piece]:
    """The pieces of both, in order. Without a `Conflict` among them they are the merged text: see `join`."""
    b, o, t = (tuple(text.splitlines(keepends=True)) for text in (base, ours, theirs))
    pieces: list[Piece] = []
    at_b = at_o = at_t = 0
    for anchor in _find_anchors(b, o, t):
        piece = _decide(b[at_b : anchor.base], o[at_o : anchor.ours], t[at_t : anchor.theirs], at_o + 1)
        same = Agreed(b[anchor.base : anchor.base + anchor.size])
        pieces += [each for each in (piece, same) if each != Agreed(())]
        at_b, at_o, at_t = anchor.base + anchor.size, anchor.ours + anchor.size, anchor.theirs + anchor.size
    return list(_unite(pieces))


def merge_files(
    base: Mapping[str, str], ours: Mapping[str, str], theirs: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """The files of both by name, and the names of those that both have changed, each otherwise; these stay as in `ours`."""
    merged, conflicts = {}, []
    for name in sorted({*ours, *theirs}):
        was, mine, other = base.get(name), ours.get(name), theirs.get(name)
        if mine != other and was not in (mine, other):
            conflicts.append(name)
        content = other if mine == was else mine
        if content is not None:
            merged[name] = content
    return merged, conflicts


def join(pieces: Sequence[Piece], chosen: Sequence[str] = ()) -> str:
    """The text of the pieces; `chosen` are the texts that take the places of its conflicts, in their order."""
    choices = iter(chosen)
    return "".join("".join(piece.lines) if isinstance(piece, Agreed) else next(choices) for piece in pieces)


def match_lines(one: Sequence[str], other: Sequence[str]) -> list[Match]:
    """What the two have in common, in order; the last one is empty and stands at both ends."""
    head = _count_common(one, other)
    tail = _count_common(one[head:][::-1], other[head:][::-1])
    middle, there = one[head : len(one) - tail], other[head : len(other) - tail]
    found = [Match(0, 0, head)]
    if max(len(middle), len(there)) <= MOST_LINES:
        blocks = SequenceMatcher(None, middle, there).get_matching_blocks()
        found += [Match(head + at, head + where, size) for at, where, size in blocks]
    found += [Match(len(one) - tail, len(other) - tail, tail), Match(len(one), len(other), 0)]
    return [match for match in found[:-1] if match.size] + found[-1:]


def _find_anchors(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Anchor]:
    """What is unchanged in both, in order, with the end of all as the last."""
    mine, other = match_lines(base, ours), match_lines(base, theirs)
    i = j = 0
    while i < len(mine) and j < len(other):
        start = max(mine[i].at, other[j].at)
        end = min(mine[i].at + mine[i].size, other[j].at + other[j].size)
        if start < end:
            ours_at, theirs_at = mine[i].there + start - mine[i].at, other[j].there + start - other[j].at
            yield Anchor(start, ours_at, theirs_at, end - start)
        if mine[i].at + mine[i].size < other[j].at + other[j].size:
            i += 1
        else:
            j += 1
    yield Anchor(len(base), len(ours), len(theirs), 0)


def _decide(base: tuple[str, ...], ours: tuple[str, ...], theirs: tuple[str, ...], line: int) -> Piece:
    if ours in (theirs, base):
        return Agreed(theirs)
    if theirs == base:
        return Agreed(ours)
    return Conflict(base, ours, theirs, line)


def _unite(pieces: list[Piece]) -> Iterator[Piece]:
    """Agreed pieces that follow each other are one."""
    lines: tuple[str, ...] = ()
    for piece in pieces:
        if isinstance(piece, Agreed):
            lines += piece.lines
            continue
        if lines:
            yield Agreed(lines)
        lines = ()
        yield piece
    if lines:
        yield Agreed(lines)


def _count_common(one: Sequence[str], other: Sequence[str]) -> int:
    for count, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return count
    return min(len(one), len(other))
