"""A sketched curve beside the real one, as paths in a frame of fixed size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 400, 160
"""Of the frame, in units of the drawing; labels stand around it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """`said` and `came` are SVG path data; `rows` are the steps of the sketch with both values, for those who read."""

    said: str
    came: str
    least: str
    most: str
    first: int
    last: int
    rows: list[tuple[str, str, str]]


def draw(question: dict[str, Any], said: Sequence[Sequence[float]], came: Sequence[Sequence[float]]) -> Drawing:
    """The frame is that of the question; what leaves it runs along its edge."""
    first, last = question["steps"]
    least, most = question["values"]
    return Drawing(
        said=_path(question, said),
        came=_path(question, [point for point in came if first <= point[0] <= last]),
        least=f"{least:g}",
        most=f"{most:g}",
        first=first,
        last=last,
        rows=[(f"{step:g}", f"{value:.3g}", _find(came, step)) for step, value in said],
    )


def _path(question: dict[str, Any], points: Sequence[Sequence[float]]) -> str:
    places = (f"{_across(question, step):.1f} {_down(question, value):.1f}" for step, value in points)
    return "".join(f"{'L' if at else 'M'}{place}" for at, place in enumerate(places))


def _across(question: dict[str, Any], step: float) -> float:
    first, last = question["steps"]
    return float(WIDTH * (step - first) / (last - first))


def _down(question: dict[str, Any], value: float) -> float:
    least, most = question["values"]
    value = min(max(value, least), most)
    if question["log"]:
        return HEIGHT * (1 - math.log(value / least) / math.log(most / least))
    return float(HEIGHT * (1 - (value - least) / (most - least)))


def _find(came: Sequence[Sequence[float]], step: float) -> str:
    """What was recorded nearest to a step; a dash where the run did not come so far."""
    if not came or step > came[-1][0]:
        return "–"
    return f"{min(came, key=lambda point: abs(point[0] - step))[1]:.3g}"
