"""Pictures made of pixels: the text knows them by name, the mapping of files by what is written here."""

from __future__ import annotations

import re
from typing import NamedTuple

TYPES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif"}
"""Media types of pictures, with the ends of their addresses."""
WRITTEN = re.compile(r"picture:(?P<digest>[0-9a-f]{64}):(?P<width>[0-9]{1,5})x(?P<height>[0-9]{1,5}):(?P<type>[a-z/]+)")


class PictureFacts(NamedTuple):
    """`digest` is the SHA-256 of its bytes; width and height are pixels."""

    digest: str
    width: int
    height: int
    media_type: str

    @property
    def address(self) -> str:
        return f"/pictures/{self.digest}.{TYPES[self.media_type]}"


def write_picture(picture: PictureFacts) -> str:
    """What stands for a picture among the files of a text: `picture:<digest>:<width>x<height>:<media type>`."""
    return f"picture:{picture.digest}:{picture.width}x{picture.height}:{picture.media_type}"


def read_picture(written: str) -> PictureFacts | None:
    """The picture that such a text names; None for any other text."""
    found = WRITTEN.fullmatch(written)
    if not found or found["type"] not in TYPES or not (int(found["width"]) and int(found["height"])):
        return None
    return PictureFacts(found["digest"], int(found["width"]), int(found["height"]), found["type"])
