"""What differs between two pieces of code, as numbered lines that can be read in a table. Pure: text in, rows out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

CONTEXT = 3
"""Unchanged lines that are shown around a change."""

MOST_LINES = 2_000
"""Of the parts that differ: finding what fits together takes up to the square of it."""


class TooLong(Exception):
    """The two differ in more lines than we compare; the text says so."""

    def __init__(self) -> None:
        super().__init__(f"They differ in more than {MOST_LINES} lines: download both to compare them.")


@dataclass(frozen=True, slots=True)
class Row:
    """A line: `kind` is same, added, removed, or fold (then `text` says how many unchanged lines are left out here).

    `before` and `after` are its numbers in the two texts, None where it does not stand there.
    """

    kind: str
    before: int | None
    after: int | None
    text: str


def compare(before: str, after: str) -> list[Row]:
    """The changed lines with a little around them; none when the texts are the same. Raises `TooLong`."""
    old, new = before.splitlines(), after.splitlines()
    if old == new:
        return []
    return list(_fold(_match(old, new)))


def count_changes(rows: Sequence[Row]) -> tuple[int, int]:
    """How many lines were added and removed."""
    kinds = [row.kind for row in rows]
    return kinds.count("added"), kinds.count("removed")


def _match(old: list[str], new: list[str]) -> Iterator[Row]:
    """Every line of both, in order. What is the same at either end is not searched."""
    head = _count_common(old, new)
    tail = _count_common(old[head:][::-1], new[head:][::-1])
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(len(middle_old), len(middle_new)) > MOST_LINES:
        raise TooLong
    yield from _keep(old, 0, 0, head)
    for tag, start, end, new_start, new_end in SequenceMatcher(None, middle_old, middle_new).get_opcodes():
        if tag == "equal":
            yield from _keep(old, head + start, head + new_start, end - start)
        else:
            yield from (Row("removed", head + at + 1, None, middle_old[at]) for at in range(start, end))
            yield from (Row("added", None, head + at + 1, middle_new[at]) for at in range(new_start, new_end))
    yield from _keep(old, len(old) - tail, len(new) - tail, tail)


def _keep(lines: list[str], before: int, after: int, count: int) -> Iterator[Row]:
    return (Row("same", before + at + 1, after + at + 1, lines[before + at]) for at in range(count))


def _count_common(one: list[str], other: list[str]) -> int:
    for count, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return count
    return min(len(one), len(other))


def _fold(rows: Iterator[Row]) -> Iterator[Row]:
    """Leaves out what stands far from every change."""
    run: list[Row] = []
    is_first = True
    for row in rows:
        if row.kind == "same":
            run.append(row)
            continue
        yield from _shorten(run, head=0 if is_first else CONTEXT, tail=CONTEXT)
        yield row
        run, is_first = [], False
    yield from _shorten(run, head=CONTEXT, tail=0)


def _shorten(rows: list[Row], *, head: int, tail: int) -> Iterator[Row]:
    hidden = len(rows) - head - tail
    if hidden <= 1:  # a fold would take as much room as the line
        yield from rows
        return
    yield from rows[:head]
    yield Row("fold", None, None, f"{hidden} lines are the same")
    yield from rows[len(rows) - tail :]
