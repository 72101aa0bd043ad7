"""A picture of a shared run, 1200 × 630: its curve, what it is called, how it ended. Other sites show it beside a link."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence

from django.core.cache import cache

from apps.catalogue.canvas import (
    BAD,
    EMBER,
    GOOD,
    INK,
    LAKE,
    MARGIN,
    RAISED,
    RULE,
    SCALE,
    SOFT,
    WARN,
    WIDTH,
    Canvas,
    fit,
)
from apps.runs.models import Run
from apps.runs.series import Series, read_series

PLOT = (MARGIN, 236, WIDTH - MARGIN, 540)
ENDS = {
    "succeeded": ("Finished", GOOD),
    "failed": ("Error in the code", BAD),
    "stopped": ("Stopped", SOFT),
    "timed_out": ("Time limit", WARN),
    "out_of_memory": ("Memory limit", WARN),
    "output_limit": ("Output limit", WARN),
    "refused": ("Not run", BAD),
    "lost": ("Lost", BAD),
}
LOG_FROM = 100
"""A loss that has fallen a hundredfold is a cliff on a linear scale: as in the lab's chart."""

KEPT_S = 24 * 3600
FRESH_S = 30
MOST_POINTS = 300


def find_card(run: Run) -> bytes:
    """The picture as PNG: drawn once for each name and end of the run, anew from time to time while it goes on.

    Raises `redis.RedisError` while a run that goes on cannot be heard.
    """
    words = f"{run.pk} {run.title} {run.state} {run.user}"
    key = f"card:{hashlib.sha256(words.encode()).hexdigest()}"
    card: bytes | None = cache.get(key)
    if card is None:
        card = draw_card(run, read_series(run, most=MOST_POINTS))
        cache.set(key, card, KEPT_S if run.is_over else FRESH_S)
    return card


def draw_card(run: Run, series: Sequence[Series]) -> bytes:
    """The owner and project of `run` have to be loaded with it. About 60 ms."""
    canvas = Canvas()
    canvas.write((MARGIN, 112), fit(run.title, 64, WIDTH - 2 * MARGIN), 64, INK, weight=700)
    _draw_plot(canvas, [each for each in series if each.kind in ("loss", "validation")])
    words, colour = ENDS.get(run.state, ("Running", EMBER))
    canvas.write((MARGIN, 566), words, 30, colour, weight=700)
    by = fit(f"{_tell_loss(run)}by {run.user}", 28, 760)
    canvas.write((WIDTH - MARGIN, 567), by, 28, SOFT, anchor="ra")
    return canvas.pack()


def _tell_loss(run: Run) -> str:
    return f"last loss {run.last_loss} · " if run.last_loss else ""


def _draw_plot(canvas: Canvas, series: Sequence[Series]) -> None:
    left, top, right, bottom = PLOT
    canvas.pen.rounded_rectangle([each * SCALE for each in PLOT], 14 * SCALE, fill=RAISED, outline=RULE, width=SCALE)
    curves = [curve for each in series[:2] if len(curve := _read(each)) > 1]
    if not curves:
        canvas.write(((left + right) / 2, (top + bottom) / 2), "No curve was recorded", 28, SOFT, anchor="mm")
        return
    for curve, colour in reversed(list(zip(_place(curves), (EMBER, LAKE), strict=False))):
        canvas.pen.line(curve, fill=colour, width=5 * SCALE, joint="curve")


def _read(series: Series) -> list[tuple[float, float]]:
    """The points that can be drawn."""
    return [(step, value) for step, value in series.points if isinstance(value, int | float)]


def _place(curves: Sequence[list[tuple[float, float]]]) -> list[list[tuple[float, float]]]:
    """All curves in one pair of scales, as pixels."""
    left, top, right, bottom = (edge + inset for edge, inset in zip(PLOT, (28, 28, -28, -28), strict=True))
    values = [value for curve in curves for _, value in curve]
    is_log = min(values) > 0 and max(values) / min(values) >= LOG_FROM
    scaled = [[(step, math.log10(value) if is_log else value) for step, value in curve] for curve in curves]
    steps = [step for curve in scaled for step, _ in curve]
    heights = [value for curve in scaled for _, value in curve]
    across, up = _make_scale(min(steps), max(steps), left, right), _make_scale(min(heights), max(heights), bottom, top)
    return [[(across(step) * SCALE, up(value) * SCALE) for step, value in curve] for curve in scaled]


def _make_scale(least: float, most: float, start: float, end: float) -> Callable[[float], float]:
    """From a range of numbers to a range of pixels; where all are the same, or too far apart to subtract, in its middle."""
    span = most - least
    if span <= 0 or not math.isfinite(span):
        return lambda value: (start + end) / 2
    return lambda value: start + (value - least) / span * (end - start)
