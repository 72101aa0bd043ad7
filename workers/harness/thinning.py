"""Fewer points that draw the same curve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import itemgetter

Point = tuple[int, float]

_GREATEST = 1e307
"""What is greater is told as infinite: the check of events draws its line near here."""


_value = itemgetter(1)


def values_of(points: Sequence[Point]) -> list[float]:
    """Without their steps."""
    return list(map(_value, points))


def thin(points: list[Point], most: int) -> list[Point]:
    """At most `most` of the points: of each stretch the least and the greatest, so that no spike is lost, and the last."""
    if len(points) <= most:
        return points
    size = math.ceil(len(points) / ((most - 1) // 2))
    kept: set[int] = {len(points) - 1}
    heights = values_of(points)
    if not math.isfinite(sum(heights)):
        heights = [height if math.isfinite(height) else math.inf * (-1) ** n for n, height in enumerate(heights)]
    for start in range(0, len(points), size):
        stretch = heights[start : start + size]
        kept.add(start + stretch.index(min(stretch)))
        kept.add(start + stretch.index(max(stretch)))
    return [points[n] for n in sorted(kept)]


def told(points: list[Point]) -> Sequence[tuple[int, float | str]]:
    """As they are sent: numbers that JSON does not know are text."""
    if abs(sum(values_of(points))) < _GREATEST:  # the usual case, in a tenth of the time
        return points
    return [(step, number(value)) for step, value in points]


def number(value: float) -> float | str:
    """One value as it is sent."""
    if math.isnan(value):
        return "NaN"
    if abs(value) > _GREATEST:
        return "Infinity" if value > 0 else "-Infinity"
    return value
