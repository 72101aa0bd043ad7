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
    """`said` and `came` are SVG path data; `ticks` are heights and values of lines across; `rows` are the steps of the sketch
    with both values, for those who read."""

    said: str
    came: str
    ticks: list[tuple[str, str]]
    first: int
    last: int
    rows: list[tuple[str, str, str]]


def draw(question: dict[str, Any], said: Sequence[Sequence[float]], came: Sequence[Sequence[float]]) -> Drawing:
    """The frame is that of the question; what leaves it runs along its edge."""
    first, last = question["steps"]
    return Drawing(
        said=_path(question, said),
        came=_path(question, [point for point in came if first <= point[0] <= last]),
        ticks=[(f"{_down(question, value):.1f}", f"{value:g}") for value in _list_ticks(question)],
        first=first,
        last=last,
        rows=[(f"{step:g}", f"{value:.3g}", _find(came, step)) for step, value in said],
    )


def _list_ticks(question: dict[str, Any]) -> list[float]:
    """Round values from least to most: powers of ten, or quarters."""
    least, most = question["values"]
    if not question["log"]:
        return [least + (most - least) * quarter / 4 for quarter in range(5)]
    first, last = math.ceil(math.log10(least) - 1e-9), math.floor(math.log10(most) + 1e-9)
    return [10.0**power for power in range(first, last + 1, math.ceil((last - first + 1) / 7) or 1)]


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
