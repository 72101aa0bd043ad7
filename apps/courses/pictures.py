"""Pictures of pixels beside a chapter's text: decoded, bounded, and stored once by what is in them."""

from __future__ import annotations

import hashlib
import re
import struct
import warnings
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageOps

from .models import Picture

PICTURE_BYTES = 8_000_000  # as it comes: a telephone's photograph
KEPT_BYTES = 2_000_000  # as it is stored, and sent to every reader
PIXELS = 40_000_000  # a picture of more is refused before it is unpacked
LONGEST_SIDE = 2400  # twice what the widest figure measures
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
SUFFIXES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error)
MARKER = re.compile(
    r"picture:(?P<digest>[0-9a-f]{64}):(?P<width>[1-9][0-9]{0,5})x(?P<height>[1-9][0-9]{0,5})"
    r":(?P<media_type>image/(?:png|jpeg|webp))"
)


class BadPicture(ValueError):
    """The bytes are no picture that can be shown; the message says why and what to do."""


class Marker(NamedTuple):
    """What stands for a picture in a revision's or draft's `figures`; sizes in pixels."""

    digest: str
    width: int
    height: int
    media_type: str

    def __str__(self) -> str:
        return f"picture:{self.digest}:{self.width}x{self.height}:{self.media_type}"


def read_marker(figure: str) -> Marker | None:
    """The picture that a value of `figures` stands for; None for a drawing or a curve."""
    found = MARKER.fullmatch(figure)
    return found and Marker(found["digest"], int(found["width"]), int(found["height"]), found["media_type"])


def keep_picture(content: bytes, *, rewrite: bool) -> str:
    """Stores a PNG, JPEG or WebP picture, unless it is there already, and gives its marker for `figures`.

    With `rewrite` it is decoded and written anew: without metadata, upright, no longer than 2400 pixels, and a GIF as
    its first picture. Without, the bytes stay as they are, so that files make the round trip. Raises `BadPicture`.
    """
    picture = _decode(content)
    media_type = MEDIA_TYPES.get(picture.format or "")
    if rewrite:
        picture, content, media_type = _write_anew(picture)
    elif media_type is None:
        raise BadPicture("An animated picture is not shown: save a still of it as PNG.")
    if len(content) > KEPT_BYTES:
        raise BadPicture(f"The picture has over {KEPT_BYTES // 1_000_000} MB: make it smaller, or save it as JPEG.")
    marker = Marker(hashlib.sha256(content).hexdigest(), *picture.size, media_type)
    Picture.objects.bulk_create(
        [Picture(content=content, **marker._asdict())],
        ignore_conflicts=True,  # stored already: the same bytes
    )
    return str(marker)


def load_picture(marker: str) -> Picture:
    """The stored picture. Raises `ValueError` for what is no marker, `Picture.DoesNotExist`. One query."""
    read = read_marker(marker)
    if read is None:
        raise ValueError(f"“{marker[:80]}” stands for no picture.")
    return Picture.objects.get(digest=read.digest)


def _decode(content: bytes) -> Image.Image:
    """The picture, unpacked: what can be unpacked here can be shown by a browser."""
    if len(content) > PICTURE_BYTES:
        raise BadPicture(f"The file has over {PICTURE_BYTES // 1_000_000} MB: make the picture smaller.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own bound is stricter
            picture = Image.open(BytesIO(content), formats=[*MEDIA_TYPES, "GIF"])
            if picture.width * picture.height > PIXELS:
                raise Image.DecompressionBombError
            picture.load()
    except Image.DecompressionBombError:
        raise BadPicture(f"The picture has over {PIXELS // 10**6} million pixels: make it smaller.") from None
    except UNREADABLE:
        raise BadPicture("This is no PNG, JPEG, WebP or GIF that can be read: save the picture anew.") from None
    return picture


def _write_anew(picture: Image.Image) -> tuple[Image.Image, bytes, str]:
    """Only its pixels are copied: what else the file held, such as where a photograph was taken, is gone."""
    form = picture.format if picture.format in MEDIA_TYPES else "PNG"
    upright = ImageOps.exif_transpose(picture)
    has_alpha = upright.has_transparency_data
    pixels = upright.convert("RGBA" if has_alpha and form != "JPEG" else "RGB")
    pixels.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new(pixels.mode, pixels.size)
    bare.paste(pixels)
    written = BytesIO()
    bare.save(written, form, optimize=True, quality=88)
    return bare, written.getvalue(), MEDIA_TYPES[form]
