"""The losses of a run as a small drawing without words, which pages show as a picture beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from django.core.cache import cache

from apps.runs.models import Run
from apps.runs.series import Series, read_series

WIDTH, HEIGHT, EDGE = 240, 64, 4
COLOURS = ("#d0612a", "#2b8f94")
"""Each is seen well on light paper and on dark: a picture knows nothing of the page's theme."""

MOST_POINTS = 120
LOG_FROM = 100
KEPT_S, FRESH_S = 24 * 3600, 10

Line = list[tuple[float, float]]


def find_curve(run: Run) -> str:
    """SVG, drawn once for each state of the run. Raises `redis.RedisError` while a run that goes on cannot be heard."""
    key = f"curve:{run.pk}:{run.state}"
    drawn: str | None = cache.get(key)
    if drawn is None:
        drawn = draw(read_series(run, most=MOST_POINTS))
        cache.set(key, drawn, KEPT_S if run.is_over else FRESH_S)
    return drawn


def draw(series: Sequence[Series]) -> str:
    """The first two losses in one pair of scales, or a line of dots where nothing was measured."""
    losses = [each for each in series if each.kind in ("loss", "validation")] or list(series)
    lines = [line for each in losses[:2] if len(line := _read(each)) > 1]
    drawn = "".join(
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"/>'
        for path, colour in reversed(list(zip(_place(lines), COLOURS, strict=False)))
    )
    middle = HEIGHT / 2
    empty = f'<path d="M{EDGE} {middle}H{WIDTH - EDGE}" stroke="{COLOURS[0]}" stroke-width="2" stroke-dasharray="1 6"/>'
    frame = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f"<svg {frame}>{drawn or empty}</svg>"


def _read(series: Series) -> Line:
    """The points that can be drawn."""
    return [(step, value) for step, value in series.points if not isinstance(value, str) and math.isfinite(value)]


def _place(lines: Sequence[Line]) -> list[str]:
    values = [value for line in lines for _, value in line]
    is_log = bool(values) and min(values) > 0 and max(values) / min(values) >= LOG_FROM
    scaled = [[(step, math.log10(value) if is_log else value) for step, value in line] for line in lines]
    steps, heights = [step for line in scaled for step, _ in line], [value for line in scaled for _, value in line]
    return [
        "".join(
            f"{'L' if at else 'M'}{_scale(step, steps, WIDTH):.1f} {HEIGHT - _scale(value, heights, HEIGHT):.1f}"
            for at, (step, value) in enumerate(line)
        )
        for line in scaled
    ]


def _scale(value: float, among: Sequence[float], room: float) -> float:
    """Into the room between the edges; where all are the same, or too far apart to subtract, its middle."""
    least, span = min(among), max(among) - min(among)
    if span <= 0 or not math.isfinite(span):
        return room / 2
    return EDGE + (value - least) / span * (room - 2 * EDGE)
