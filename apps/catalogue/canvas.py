"""What pictures beside a link have in common, 1200 × 630: paper, colours, letters. Other sites show them in a preview."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from django.contrib.staticfiles import finders
from PIL import Image, ImageDraw, ImageFont

SIZE = WIDTH, HEIGHT = 1200, 630
MARGIN = 72
SCALE = 2
"""Drawn larger and made smaller: lines of Pillow have no soft edges."""

PAPER, RAISED, INK, SOFT, RULE = "#171412", "#1f1b18", "#ece5dc", "#a99e93", "#35302b"
EMBER, LAKE, GOOD, BAD, WARN = "#ff9b66", "#66c5c6", "#86cf97", "#ff9c93", "#e9bd62"
FONT = "build/fonts/atkinson-hyperlegible-next-latin-wght-normal.woff2"
LONGEST_TEXT = 200


class Canvas:
    """A sheet with the site's name on it. Places and sizes are in pixels of the finished picture."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), PAPER)
        self.pen = ImageDraw.Draw(self.image)
        self.write((MARGIN, 64), "Kindling", 30, EMBER, weight=750)

    def write(
        self,
        at: tuple[float, float],
        text: str,
        size: int,
        colour: str,
        *,
        weight: int = 400,
        anchor: str = "la",
    ) -> None:
        font = load_font(size * SCALE, weight)
        self.pen.text((at[0] * SCALE, at[1] * SCALE), text, fill=colour, font=font, anchor=anchor)

    def pack(self) -> bytes:
        """The finished picture as PNG."""
        packed = BytesIO()
        self.image.resize(SIZE, Image.Resampling.LANCZOS).save(packed, "PNG", optimize=True)
        return packed.getvalue()


def fit(text: str, size: int, width: int) -> str:
    """As much of it as finds room in one line."""
    font = load_font(size * SCALE, 700)
    text = " ".join(text[:LONGEST_TEXT].split())
    if font.getlength(text) <= width * SCALE:
        return text
    while text and font.getlength(f"{text}…") > width * SCALE:
        text = text[:-1].rstrip()
    return f"{text}…"


def wrap(text: str, size: int, width: int, *, most: int) -> list[str]:
    """Its words in at most so many lines, the last cut where there is no room."""
    font, lines, words = load_font(size * SCALE, 700), [""], text[:LONGEST_TEXT].split()
    while words:
        longer = f"{lines[-1]} {words[0]}".strip()
        if lines[-1] and font.getlength(longer) > width * SCALE:
            if len(lines) == most:
                lines[-1] = f"{lines[-1]} {' '.join(words)}"
                break
            lines.append("")
            continue
        lines[-1] = longer
        words.pop(0)
    return [fit(line, size, width) for line in lines]


@lru_cache(maxsize=16)
def load_font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    path = finders.find(FONT)
    font = ImageFont.truetype(BytesIO(Path(str(path)).read_bytes()), size)
    font.set_variation_by_axes([weight])
    return font
