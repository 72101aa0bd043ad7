"""A project's recorded curves: what a run of its own code measured, in a CSV file beside the text.

    # 5f1d0c2ab94e
    metric,kind,step,value
    loss,loss,1,724.9

The file has the project's id for a name. Its first line is the print of the code that was run: the solution, or the
listing where there is none. Curves of other code than the text now holds are left out.
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Iterable, Mapping
from typing import TypedDict

from .nodes import Project
from .problems import Problems

KINDS = ("loss", "validation", "scalar", "learning_rate", "gradient_norm")
HEAD = ["metric", "kind", "step", "value"]
MOST_POINTS = 200
"""Of one metric: a picture is not wider."""
MOST_METRICS = 8


class CurveFacts(TypedDict):
    """One metric by step, steps growing, in the form of a run's metric events."""

    name: str
    kind: str
    points: list[tuple[int, float]]


class _Wrong(Exception):
    """The file is none of these; the text says what to do."""


def read_curves(project: Project, files: Mapping[str, str], problems: Problems) -> list[CurveFacts]:
    """What is recorded of the project's code as it now stands; nothing where nothing is."""
    name = name_file(project.key)
    print_of_code, _, rest = files.get(name, "").partition("\n")
    if print_of_code != f"# {fingerprint(project.solution or project.code)}":
        return []
    try:
        return _read(rest)
    except _Wrong as wrong:
        problems.add(project.line, f"{name} holds no curves: {wrong} Record them anew with “make curves”.")
        return []


def write_curves(code: str, curves: Iterable[CurveFacts]) -> str:
    """The file of a run of `code`."""
    rows = [f"{each['name']},{each['kind']},{step},{value:.6g}" for each in curves for step, value in each["points"]]
    return "\n".join([f"# {fingerprint(code)}", ",".join(HEAD), *rows, ""])


def name_file(key: str) -> str:
    return f"{key}.csv"


def fingerprint(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()[:12]


def _read(text: str) -> list[CurveFacts]:
    rows = csv.reader(text.split("\n"))
    if next(rows) != HEAD:
        raise _Wrong(f"its second line is not “{','.join(HEAD)}”.")
    found: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for row in filter(None, rows):
        key, point = _read_row(row)
        points = found.setdefault(key, [])
        if points and point[0] <= points[-1][0]:
            raise _Wrong(f"the steps of {key[0]} do not grow.")
        points.append(point)
    if len(found) > MOST_METRICS or any(len(points) > MOST_POINTS for points in found.values()):
        raise _Wrong(f"they are more than {MOST_METRICS} metrics of {MOST_POINTS} points.")
    return [CurveFacts(name=name, kind=kind, points=points) for (name, kind), points in found.items()]


def _read_row(row: list[str]) -> tuple[tuple[str, str], tuple[int, float]]:
    try:
        name, kind, step, value = row
        point = int(step), float(value)
    except ValueError:
        raise _Wrong(f"“{','.join(row)[:60]}” is no metric, kind, step and value.") from None
    if not name or kind not in KINDS or not math.isfinite(point[1]):
        raise _Wrong(f"“{','.join(row)[:60]}” is no finite value of a kind that runs measure.")
    return (name, kind), point
