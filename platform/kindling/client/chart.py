"""A curve in the characters of a terminal: braille, two by four dots a character, or plain ASCII."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kindling.client.course import Point

DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot of a braille character, by row and column."""

LOGARITHMIC_FROM = 30.0
"""A curve that falls by this factor shows its end only on a logarithmic axis."""


@dataclass(frozen=True, slots=True)
class Chart:
    """`rows` from top to bottom, each of the width asked for; `top` and `bottom` are the values at the edges."""

    rows: list[str]
    top: float
    bottom: float
    is_logarithmic: bool


def draw(points: Sequence[Point], *, width: int, height: int, braille: bool) -> Chart | None:
    """None where there is nothing to draw: fewer than two finite values, or no room."""
    finite = [(step, value) for step, value in points if math.isfinite(value)]
    if len(finite) < 2 or width < 1 or height < 1:
        return None
    across, down = (2, 4) if braille else (1, 1)
    values = [value for _, value in finite]
    low, high = min(values), max(values)
    # A quotient may overflow where both are finite; a difference, too.
    logarithmic = low > 0 and math.log(high) - math.log(low) > math.log(LOGARITHMIC_FROM)
    spans = _find_spans(finite, width * across, logarithmic)
    grid = _plot(spans, width * across, height * down)
    rows = [_join(grid, row, width, braille) for row in range(height)]
    return Chart(rows, top=high, bottom=low, is_logarithmic=logarithmic)


def _find_spans(points: Sequence[Point], columns: int, logarithmic: bool) -> dict[int, tuple[float, float]]:
    """For each column that has any, the least and the greatest value, as shares (0 to 1) of the axis."""
    first, last = points[0][0], max(step for step, _ in points)
    scaled = [math.log(value) if logarithmic else value for _, value in points]
    low, high = min(scaled), max(scaled)
    height = high / 2 - low / 2  # halves: the whole may overflow
    spans: dict[int, tuple[float, float]] = {}
    for (step, _), value in zip(points, scaled, strict=True):
        column = min(columns - 1, max(0, (step - first) * (columns - 1) // max(last - first, 1)))
        share = (value / 2 - low / 2) / height if height > 0 else 0.5
        least, greatest = spans.get(column, (share, share))
        spans[column] = (min(least, share), max(greatest, share))
    return spans


def _plot(spans: dict[int, tuple[float, float]], columns: int, lines: int) -> list[list[bool]]:
    """Dots, from the top; the gap between one column and the next is bridged, so that the curve holds together."""
    grid = [[False] * columns for _ in range(lines)]
    before: tuple[int, float, float] | None = None
    for column in sorted(spans):
        least, greatest = spans[column]
        if before is not None:
            _bridge(grid, before, (column, least, greatest))
        _mark(grid, column, least, greatest)
        before = (column, least, greatest)
    return grid


def _bridge(grid: list[list[bool]], left: tuple[int, float, float], right: tuple[int, float, float]) -> None:
    middle_left, middle_right = (left[1] + left[2]) / 2, (right[1] + right[2]) / 2
    wide = right[0] - left[0]
    for column in range(left[0] + 1, right[0]):
        share = middle_left + (middle_right - middle_left) * (column - left[0]) / wide
        _mark(grid, column, share, share)


def _mark(grid: list[list[bool]], column: int, least: float, greatest: float) -> None:
    lines = len(grid)
    for line in range(_find_line(greatest, lines), _find_line(least, lines) + 1):
        grid[line][column] = True


def _find_line(share: float, lines: int) -> int:
    return round((1 - min(max(share, 0.0), 1.0)) * (lines - 1))


def _join(grid: list[list[bool]], row: int, width: int, braille: bool) -> str:
    if not braille:
        return "".join("*" if dot else " " for dot in grid[row])
    return "".join(_make_cell(grid, row * 4, column * 2) for column in range(width))


def _make_cell(grid: list[list[bool]], top: int, left: int) -> str:
    bits = sum(DOTS[y][x] for y in range(4) for x in range(2) if grid[top + y][left + x])
    return chr(0x2800 + bits) if bits else " "
