"""A project's checks as they are written: TOML in a ```checks fence, one table a check.

    [[check]]
    name = "It predicts about 50 for 5"
    call = "model(x)"
    inputs.x = [[5.0]]
    expect = [[50.0]]
    within = 1.0
    hint = "Train for more epochs: the loss is still falling when the loop ends."

The code is run again and `call` evaluated where it ran, with the inputs as tensors. What is expected stands outside of
the page and of the student's reach. `relation` is close (to within `within`), below or above.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from typing import Any, TypedDict

from .nodes import Fence
from .problems import Problems
from .tables import read_toml

MOST_CHECKS = 16
MOST_VALUES = 1024
LONGEST_NAME = 120
LONGEST_CALL = 300
LONGEST_HINT = 400
RELATIONS = ("close", "below", "above")
FIELDS = ("name", "call", "inputs", "expect", "relation", "within", "hint")


class TensorFacts(TypedDict):
    """Numbers row by row; the shape of a single number is []."""

    name: str
    shape: list[int]
    values: list[float]


class CheckFacts(TypedDict):
    """One check, in the shape in which a machine is sent it."""

    name: str
    call: str
    inputs: list[TensorFacts]
    expect: TensorFacts
    relation: str
    within: float
    hint: str


class _Wrong(Exception):
    """A check cannot be what is written; the text says what to write instead."""


def read_checks(fence: Fence, problems: Problems) -> tuple[CheckFacts, ...]:
    """The checks of one fence; everything wrong goes to `problems`, at the line where its check begins."""
    written = read_toml(fence, "The checks are", problems)
    if written is None:
        return ()
    tables = written.get("check")
    if set(written) != {"check"} or not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        problems.add(fence.line, "Checks are tables that begin with [[check]]: write nothing outside of them.")
        return ()
    if len(tables) > MOST_CHECKS:
        problems.add(fence.line, f"There are {len(tables)} checks: keep the {MOST_CHECKS} that matter most.")
    return tuple(_read_each(fence, tables[:MOST_CHECKS], problems))


def _read_each(fence: Fence, tables: list[dict[str, Any]], problems: Problems) -> Iterator[CheckFacts]:
    lines = [n for n, line in enumerate(fence.code.split("\n"), start=fence.line + 1) if line.strip() == "[[check]]"]
    names = set[str]()
    for at, table in enumerate(tables):
        line = lines[at] if at < len(lines) else fence.line
        try:
            check = _read(table)
        except _Wrong as wrong:
            problems.add(line, str(wrong))
            continue
        if check["name"] in names:
            problems.add(line, f"Two checks are named “{check['name']}”: give each its own name.")
        names.add(check["name"])
        yield check


def _read(table: dict[str, Any]) -> CheckFacts:
    if unknown := [field for field in table if field not in FIELDS]:
        raise _Wrong(f"“{unknown[0]}” means nothing in a check: it knows {', '.join(FIELDS)}.")
    relation = table.get("relation", RELATIONS[0])
    if relation not in RELATIONS:
        raise _Wrong(f"relation = {relation!r} is unknown: write one of {', '.join(RELATIONS)}.")
    return CheckFacts(
        name=_text(table, "name", LONGEST_NAME),
        call=_call(table),
        inputs=_inputs(table.get("inputs", {})),
        expect=_tensor("", table.get("expect"), "expect"),
        relation=relation,
        within=_within(table.get("within", 1e-4)),
        hint=_text(table, "hint", LONGEST_HINT, needed=False),
    )


def _text(table: dict[str, Any], field: str, most: int, *, needed: bool = True) -> str:
    text = table.get(field, "")
    if not isinstance(text, str) or (needed and not text.strip()) or len(text) > most or "\n" in text:
        raise _Wrong(f"A check needs {field} = “…”, one line of at most {most} characters.")
    return text.strip()


def _call(table: dict[str, Any]) -> str:
    call = _text(table, "call", LONGEST_CALL)
    try:
        ast.parse(call, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _Wrong(f"call = “{call}” is not a Python expression: write one such as model(x).") from None
    return call


def _inputs(written: object) -> list[TensorFacts]:
    if not isinstance(written, dict) or not all(name.isidentifier() for name in written):
        raise _Wrong("Inputs are numbers by name: write inputs.x = [[5.0]].")
    return [_tensor(name, value, f"inputs.{name}") for name, value in written.items()]


def _within(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise _Wrong("within is a number of 0 or more: how far a value may be from the expected one.")
    return float(value)


def _tensor(name: str, written: object, field: str) -> TensorFacts:
    shape: list[int] = []
    level = written
    while isinstance(level, list):
        shape.append(len(level))
        level = level[0] if level else None
    values = list(_flatten(written, shape, field))
    if not 0 < len(values) <= MOST_VALUES:
        raise _Wrong(f"{field} holds {len(values)} numbers: write 1 to {MOST_VALUES}.")
    return TensorFacts(name=name, shape=shape, values=values)


def _flatten(written: object, shape: list[int], field: str) -> Iterator[float]:
    if shape:
        if not isinstance(written, list) or len(written) != shape[0]:
            raise _Wrong(f"The rows of {field} are not equally long: write a full rectangle of numbers.")
        for row in written:
            yield from _flatten(row, shape[1:], field)
    elif isinstance(written, bool) or not isinstance(written, int | float) or not math.isfinite(written):
        raise _Wrong(f"{field} is a number, or rows of numbers, such as [[5.0]].")
    else:
        yield float(written)
