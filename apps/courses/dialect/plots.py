"""Figures that move with a slider, as they are written: TOML in a ```plot fence.

x = { says = "weight", from = -4, to = 4 }
y = { says = "loss", from = 0, to = 16 }

[[vary]]                      # a slider
name = "rate"
says = "Learning rate"
min = 0.05
max = 1.1
step = 0.05
start = 0.1

[[curve]]                     # y for every x
y = "x^2"

[[path]]                      # what a few lines of code do to a few numbers
start = { w = "3.5" }
next = { w = "w - rate * 2 * w" }
steps = 12
x = "w"
y = "w^2"

[data]                        # columns; [[points]] has one point a row, mean(…) and sum(…) go over the rows
size = [1, 2]
price = [10, 20]

[[points]]
x = "size"
y = "price"
to = "w * size"               # draws a line to this height

[[reading]]                   # a number below the figure; it knows what paths end with
says = "Loss after 12 steps"
value = "w^2"
digits = 3
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, TypedDict

from .expressions import CONSTANTS, FUNCTIONS, OVER_ROWS, BadExpression, Tree, count_work, read_expression
from .nodes import Fence
from .problems import Problems
from .tables import read_toml

NAME = re.compile(r"[a-z][a-z0-9_]{0,19}")
RESERVED = frozenset(["x", *CONSTANTS, *FUNCTIONS, *OVER_ROWS])
FIELDS = ("x", "y", "vary", "curve", "path", "points", "data", "reading")
SAMPLES = 61
MOST_SLIDERS = 3
MOST_MARKS = 6
MOST_READINGS = 4
MOST_ROWS = 60
MOST_STEPS = 200
MOST_WORK = 100_000
"""Nodes of trees that one movement of a slider may look at: a telephone does some millions in a second."""
LONGEST_WORDS = 80


class AxisFacts(TypedDict):
    says: str
    least: float
    most: float


class SliderFacts(TypedDict):
    name: str
    says: str
    min: float
    max: float
    step: float
    start: float
    digits: int


class MarkFacts(TypedDict, total=False):
    """`kind` is curve, path or points. A path has `start` and `next` by name, and `steps`; points may have `to`."""

    kind: str
    x: Tree
    y: Tree
    to: Tree
    start: dict[str, Tree]
    next: dict[str, Tree]
    steps: int


class ReadingFacts(TypedDict):
    says: str
    value: Tree
    digits: int


class PlotFacts(TypedDict):
    """All that is needed to draw the figure at any place of its sliders; goes to the browser as JSON."""

    x: AxisFacts
    y: AxisFacts
    vary: list[SliderFacts]
    rows: list[dict[str, float]]
    marks: list[MarkFacts]
    readings: list[ReadingFacts]


class _Wrong(Exception):
    """The figure cannot be what is written; the text says what to write instead."""


def read_plot(fence: Fence, problems: Problems) -> PlotFacts | None:
    """The figure of one fence; None when it is too broken to draw, and then `problems` says why."""
    written = read_toml(fence, "The figure is", problems)
    if written is None:
        return None
    try:
        return _read(written)
    except (_Wrong, BadExpression) as wrong:
        problems.add(fence.line, str(wrong))
        return None


def _read(table: dict[str, Any]) -> PlotFacts:
    _check_fields(table, FIELDS, "a figure")
    vary = [_read_slider(one) for one in _read_tables(table, "vary", 1, MOST_SLIDERS)]
    rows = _read_rows(table.get("data", {}))
    names = [slider["name"] for slider in vary]
    _check_names([*names, *(rows[0] if rows else ())])
    marks = list(_read_marks(table, names, list(rows[0]) if rows else []))
    ends = [name for mark in marks for name in mark.get("start", ())]
    _check_names([*names, *ends, *(rows[0] if rows else ())])
    readings = [
        _read_reading(one, [*names, *ends], rows[0] if rows else ())
        for one in _read_tables(table, "reading", 0, MOST_READINGS)
    ]
    work = sum(_count_mark(mark, len(rows)) for mark in marks)
    work += sum(count_work(reading["value"], len(rows)) for reading in readings)
    if work > MOST_WORK:
        raise _Wrong("It computes too much at each movement of a slider: take fewer steps, rows or curves.")
    axes = _read_axis(table, "x"), _read_axis(table, "y")
    return PlotFacts(x=axes[0], y=axes[1], vary=vary, rows=rows, marks=marks, readings=readings)


def _read_marks(table: dict[str, Any], names: list[str], columns: list[str]) -> Iterator[MarkFacts]:
    curves, paths, points = (_read_tables(table, kind, 0, MOST_MARKS) for kind in ("curve", "path", "points"))
    if not 1 <= len(curves) + len(paths) + len(points) <= MOST_MARKS:
        raise _Wrong(f"A figure shows 1 to {MOST_MARKS} of [[curve]], [[path]] and [[points]].")
    for one in curves:
        _check_fields(one, ("y",), "a curve")
        yield MarkFacts(kind="curve", y=_tree(one, "y", [*names, "x"], columns))
    for one in points:
        yield _read_points(one, names, columns)
    for one in paths:
        yield _read_path(one, names, columns)


def _read_points(table: dict[str, Any], names: list[str], columns: list[str]) -> MarkFacts:
    _check_fields(table, ("x", "y", "to"), "points")
    if not columns:
        raise _Wrong("Points stand in rows: write [data] with a column of numbers for each name.")
    known = [*names, *columns]
    mark = MarkFacts(kind="points", x=_tree(table, "x", known, columns), y=_tree(table, "y", known, columns))
    if "to" in table:
        mark["to"] = _tree(table, "to", known, columns)
    return mark


def _read_path(table: dict[str, Any], names: list[str], columns: list[str]) -> MarkFacts:
    _check_fields(table, ("start", "next", "steps", "x", "y"), "a path")
    start, after, steps = table.get("start"), table.get("next"), table.get("steps")
    if not isinstance(start, dict) or not isinstance(after, dict) or not start or set(start) != set(after):
        raise _Wrong('A path needs start = { w = "3" } and next = { w = "w - 1" }, with the same names in both.')
    if isinstance(steps, bool) or not isinstance(steps, int) or not 1 <= steps <= MOST_STEPS:
        raise _Wrong(f"A path needs steps, a whole number from 1 to {MOST_STEPS}.")
    known = [*names, *start]
    return MarkFacts(
        kind="path",
        start={name: _tree(start, name, names, columns) for name in start},
        next={name: _tree(after, name, known, columns) for name in start},
        steps=steps,
        x=_tree(table, "x", known, columns),
        y=_tree(table, "y", known, columns),
    )


def _read_reading(table: dict[str, Any], names: list[str], columns: Collection[str]) -> ReadingFacts:
    _check_fields(table, ("says", "value", "digits"), "a reading")
    digits = table.get("digits", 2)
    if isinstance(digits, bool) or not isinstance(digits, int) or not 0 <= digits <= 6:
        raise _Wrong("digits are those behind the point: a whole number from 0 to 6.")
    return ReadingFacts(says=_words(table, "a reading"), value=_tree(table, "value", names, columns), digits=digits)


def _read_slider(table: dict[str, Any]) -> SliderFacts:
    _check_fields(table, ("name", "says", "min", "max", "step", "start"), "[[vary]]")
    name, (least, most, step, start) = (
        table.get("name"),
        (_number(table, field) for field in ("min", "max", "step", "start")),
    )
    if not least <= start <= most or not least < most or not 0 < step <= most - least:
        raise _Wrong("A slider goes from min to more, max, by step, and start lies between them.")
    if (most - least) / step > 1000:
        raise _Wrong("A slider has up to 1,000 places: make its step larger.")
    digits = max(len(_write_plainly(number).partition(".")[2]) for number in (least, step))
    return SliderFacts(
        name=str(name),
        says=_words(table, "[[vary]]"),
        min=least,
        max=most,
        step=step,
        start=start,
        digits=min(digits, 6),
    )


def _read_rows(data: object) -> list[dict[str, float]]:
    if not isinstance(data, dict) or not all(isinstance(column, list) for column in data.values()):
        raise _Wrong("[data] holds columns of numbers: write size = [1, 2, 3].")
    lengths = {len(column) for column in data.values()}
    if data and (len(lengths) > 1 or not 1 <= max(lengths) <= MOST_ROWS):
        raise _Wrong(f"The columns of [data] are equally long, and have 1 to {MOST_ROWS} numbers.")
    columns = {name: [_number({"data": one}, "data") for one in column] for name, column in data.items()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _read_axis(table: dict[str, Any], name: str) -> AxisFacts:
    axis = table.get(name)
    if not isinstance(axis, dict):
        raise _Wrong(f'A figure needs {name} = {{ says = "…", from = 0, to = 1 }}.')
    _check_fields(axis, ("says", "from", "to"), f"the axis {name}")
    least, most = _number(axis, "from"), _number(axis, "to")
    if not 1e-6 <= most - least <= 1e9:
        raise _Wrong(f"The axis {name} goes from less to more.")
    return AxisFacts(says=_words(axis, f"the axis {name}"), least=least, most=most)


def _read_tables(table: dict[str, Any], field: str, least: int, most: int) -> list[dict[str, Any]]:
    tables = table.get(field, [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise _Wrong(f"Write each {field} as [[{field}]].")
    if not least <= len(tables) <= most:
        raise _Wrong(f"A figure has {least} to {most} [[{field}]]: there are {len(tables)}.")
    return tables


def _check_fields(table: Mapping[str, Any], known: Collection[str], what: str) -> None:
    if unknown := [field for field in table if field not in known]:
        raise _Wrong(f"“{unknown[0]}” means nothing in {what}: it knows {', '.join(known)}.")


def _check_names(names: list[str]) -> None:
    for name in names:
        if not NAME.fullmatch(name) or name in RESERVED or names.count(name) > 1:
            raise _Wrong(f"“{name[:40]}” can be no name here: take one of its own in lower-case letters, such as rate.")


def _tree(table: Mapping[str, Any], field: str, names: Collection[str], columns: Collection[str]) -> Tree:
    try:
        return read_expression(table.get(field), names, columns)
    except BadExpression as bad:
        raise _Wrong(f"{field} = “{str(table.get(field, ''))[:60]}”: {bad}") from None


def _words(table: dict[str, Any], what: str) -> str:
    words = table.get("says")
    if not isinstance(words, str) or not words.strip() or len(words) > LONGEST_WORDS or "\n" in words:
        raise _Wrong(f"Say in one line what {what} is: says = “…”, at most {LONGEST_WORDS} characters.")
    return words.strip()


def _number(table: dict[str, Any], field: str) -> float:
    value = table.get(field)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e9 or math.isnan(value):
        raise _Wrong(f"{field} is a number below a thousand million.")
    return float(value)


def _count_mark(mark: MarkFacts, rows: int) -> int:
    shown = sum(count_work(mark[place], rows) for place in ("x", "y", "to") if place in mark)
    if mark["kind"] == "curve":
        return shown * SAMPLES
    if mark["kind"] == "points":
        return shown * rows
    return (shown + sum(count_work(tree, rows) for tree in mark["next"].values())) * mark["steps"]


def _write_plainly(number: float) -> str:
    return f"{number:.6f}".rstrip("0")
