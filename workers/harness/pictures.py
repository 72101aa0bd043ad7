"""Pictures on their way to the page: PNG, and small enough for one event."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from workers.harness.logbook import LOGBOOK
from workers.protocol import MAX_EVENT_BYTES

MAX_PNG_BYTES = (MAX_EVENT_BYTES - 1024) // 4 * 3
"""Base64 makes four of three; the rest of an event, with its name and what the supervisor adds, is less than 1 KB."""

_WIDEST = 1600
_COLOURS = (256, 64)
_GRID = 8
"""Pictures in a row, of several."""


def show(name: str, picture: Image.Image | Path, step: int | None = None) -> None:
    """Tell of a picture or of one in a file; of further ones, when the run has shown its share, once that they are
    left out."""
    png, width, height = fit(picture) if isinstance(picture, Image.Image) else _read(picture)
    encoded = base64.b64encode(png).decode()
    if not LOGBOOK.piece("figure", {"name": name, "step": step, "png": encoded, "width": width, "height": height}):
        LOGBOOK.remark("This run draws so many figures that not all of them are shown.")


def fit(picture: Image.Image) -> tuple[bytes, int, int]:
    """The picture as PNG of at most `MAX_PNG_BYTES`, with fewer colours and then fewer pixels until it is; its size."""
    picture = _plain(picture)
    picture.thumbnail((_WIDEST, _WIDEST))
    while True:
        for version in (picture, *(_with_colours(picture, colours) for colours in _COLOURS)):
            png = _png(version)
            if len(png) <= MAX_PNG_BYTES:
                return png, *version.size
        factor = min(0.9, (MAX_PNG_BYTES / len(png)) ** 0.5)
        picture = picture.resize((max(1, int(picture.width * factor)), max(1, int(picture.height * factor))))


def _read(path: Path) -> tuple[bytes, int, int]:
    """What is fit already is sent as it is, which saves half the time of drawing it."""
    with Image.open(path) as picture:
        if picture.format == "PNG" and max(picture.size) <= _WIDEST and path.stat().st_size <= MAX_PNG_BYTES:
            return path.read_bytes(), *picture.size
        return fit(picture)


def from_array(array: NDArray[Any], dataformats: str) -> Image.Image:
    """A picture of numbers whose dimensions are named by letters: floats from 0 to 1, or bytes; several make a grid.

    Raises `AssertionError` where the letters do not fit, as TensorBoard does.
    """
    letters = dataformats.upper()
    if len(set(letters)) != len(letters):
        raise AssertionError(f"You can not use the same dimension shordhand twice. input_format: {dataformats}")
    if array.ndim != len(letters):
        raise AssertionError(
            f"size of input tensor and input format are different. "
            f"tensor shape: {array.shape}, input_format: {dataformats}"
        )
    numbers = np.nan_to_num(array.astype(np.float32) * (1 if array.dtype == np.uint8 else 255)).clip(0, 255)
    pixels = numbers.astype(np.uint8)
    if "N" in letters:
        pixels = _grid(pixels.transpose([letters.index(letter) for letter in "NHWC"]))
    else:
        pixels = pixels.transpose([letters.index(letter) for letter in ("HWC" if "C" in letters else "HW")])
    return Image.fromarray(pixels[:, :, 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels)


def draw_boxes(picture: Image.Image, boxes: NDArray[Any], labels: Sequence[Any] | None) -> None:
    """Rectangles into the picture: left, top, right, bottom, each."""
    pen = ImageDraw.Draw(picture)
    names = labels if labels is not None and len(labels) == len(boxes) else [""] * len(boxes)
    for box, name in zip(boxes, names, strict=True):
        left, top, right, bottom = (float(value) for value in box)
        pen.rectangle((min(left, right), min(top, bottom), max(left, right), max(top, bottom)), outline="red", width=2)
        pen.text((left + 3, top + 3), str(name), fill="red")


def _grid(pixels: NDArray[Any]) -> NDArray[Any]:
    count, height, width, channels = pixels.shape
    columns = min(count, _GRID)
    rows = -(-count // columns)
    grid = np.zeros((rows * height, columns * width, channels), dtype=pixels.dtype)
    for n, picture in enumerate(pixels):
        top, left = n // columns * height, n % columns * width
        grid[top : top + height, left : left + width] = picture
    return grid


def _plain(picture: Image.Image) -> Image.Image:
    """Without transparency, when nothing is transparent: a third smaller. Always a copy."""
    if picture.mode in ("L", "RGB"):
        return picture.copy()
    picture = picture.convert("RGBA")
    lowest, _ = picture.getchannel("A").getextrema()
    return picture.convert("RGB") if lowest == 255 else picture


def _with_colours(picture: Image.Image, colours: int) -> Image.Image:
    if picture.mode == "L":
        return picture
    method = Image.Quantize.FASTOCTREE if picture.mode == "RGBA" else Image.Quantize.MEDIANCUT
    return picture.quantize(colours, method=method)


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=6)
    return file.getvalue()
