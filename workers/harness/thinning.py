"""Fewer points of a curve, and the same picture."""

from __future__ import annotations

import math


def thin(points: list[tuple[int, float]], most: int) -> list[tuple[int, float]]:
    """At most `most` of the points: of each stretch the least and the greatest, so that no spike is lost, and the last."""
    if len(points) <= most:
        return points
    size = math.ceil(len(points) / ((most - 1) // 2))
    kept: set[int] = {len(points) - 1}
    for start in range(0, len(points), size):
        stretch = range(start, min(start + size, len(points)))
        kept.add(min(stretch, key=lambda n: (math.isfinite(points[n][1]), points[n][1])))
        kept.add(max(stretch, key=lambda n: (not math.isfinite(points[n][1]), points[n][1])))
    return [points[n] for n in sorted(kept)]
