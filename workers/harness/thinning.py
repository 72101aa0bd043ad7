"""Fewer points that draw the same curve."""

from __future__ import annotations

import math

Point = tuple[int, float]

_GREATEST = 1e307
"""What is greater is told as infinite: the check of events draws its line near here."""


def thin(points: list[Point], most: int) -> list[Point]:
    """At most `most` of the points: of each stretch the least and the greatest, so that no spike is lost, and the last."""
    if len(points) <= most:
        return points
    size = math.ceil(len(points) / ((most - 1) // 2))
    kept: set[int] = {len(points) - 1}
    values = [value for _, value in points]
    if not math.isfinite(sum(values)):
        values = [value if math.isfinite(value) else math.inf * (-1) ** n for n, value in enumerate(values)]
    for start in range(0, len(points), size):
        stretch = values[start : start + size]
        kept.add(start + stretch.index(min(stretch)))
        kept.add(start + stretch.index(max(stretch)))
    return [points[n] for n in sorted(kept)]


def told(points: list[Point]) -> list[list[int | float | str]]:
    """As they are sent: numbers that JSON does not know are text."""
    if abs(sum(value for _, value in points)) < _GREATEST:  # the usual case, in a tenth of the time
        return [[step, value] for step, value in points]
    return [[step, number(value)] for step, value in points]


def number(value: float) -> float | str:
    """One value as it is sent."""
    if math.isnan(value):
        return "NaN"
    if abs(value) > _GREATEST:
        return "Infinity" if value > 0 else "-Infinity"
    return value
