"""A picture of a chapter or a course for other sites to show beside a link to it."""

from __future__ import annotations

import hashlib
import math
from dataclasses import astuple, dataclass

from django.core.cache import cache

from .canvas import EMBER, HEIGHT, INK, MARGIN, RULE, SCALE, SOFT, WIDTH, Canvas, fit, wrap

KEPT_S = 30 * 24 * 3600
DRAWING = 1
"""Count up when the same words make another picture."""

TITLE_SIZE = 76
CURVE_FROM, CURVE_TOP, CURVE_BOTTOM = 620, 400, 560


@dataclass(frozen=True)
class Words:
    """What stands on the picture: a line above the title, and one below."""

    above: str
    title: str
    below: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(repr((DRAWING, *astuple(self))).encode()).hexdigest()


def find_card(words: Words) -> bytes:
    """The picture as PNG, drawn once for the same words."""
    key = f"card:{words.digest}"
    card: bytes | None = cache.get(key)
    if card is None:
        card = draw_card(words)
        cache.set(key, card, KEPT_S)
    return card


def draw_card(words: Words) -> bytes:
    """About 60 ms."""
    canvas = Canvas()
    _draw_curve(canvas)
    canvas.write((MARGIN, 150), fit(words.above, 30, WIDTH - 2 * MARGIN), 30, SOFT)
    for number, line in enumerate(wrap(words.title, TITLE_SIZE, WIDTH - 2 * MARGIN, most=3)):
        canvas.write((MARGIN, 196 + number * 86), line, TITLE_SIZE, INK, weight=700)
    canvas.write((MARGIN, 540), fit(words.below, 30, CURVE_FROM - MARGIN), 30, SOFT)
    return canvas.pack()


def _draw_curve(canvas: Canvas) -> None:
    """A loss that falls: what the site is about, in one line."""
    left, right, depth = CURVE_FROM, WIDTH - MARGIN, CURVE_BOTTOM - CURVE_TOP
    points = [(x, CURVE_BOTTOM - depth * math.exp(-5 * (x - left) / (right - left))) for x in range(left, right + 1, 4)]
    scaled = [(x * SCALE, y * SCALE) for x, y in points]
    canvas.pen.line(
        [(left * SCALE, (HEIGHT - 60) * SCALE), (right * SCALE, (HEIGHT - 60) * SCALE)], fill=RULE, width=SCALE
    )
    canvas.pen.line(scaled, fill=EMBER, width=6 * SCALE, joint="curve")
    x, y = scaled[-1]
    canvas.pen.ellipse([x - 18, y - 18, x + 18, y + 18], fill=EMBER)
