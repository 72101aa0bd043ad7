"""Pictures are taken apart and written anew; what is no picture, or far too large a one, is refused."""

from __future__ import annotations

import hashlib
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from apps.courses.models import Picture
from apps.courses.pictures import BadPicture, keep_picture, load_picture, read_marker

pytestmark = pytest.mark.django_db


def paint(form: str = "PNG", size: tuple[int, int] = (30, 20), mode: str = "RGB", **options: object) -> bytes:
    written = BytesIO()
    Image.new(mode, size, "teal").save(written, form, **options)
    return written.getvalue()


def reopen(marker: str) -> Image.Image:
    return Image.open(BytesIO(bytes(load_picture(marker).content)))


@pytest.mark.parametrize(("form", "kept"), [("PNG", "png"), ("JPEG", "jpeg"), ("WEBP", "webp"), ("GIF", "png")])
def test_a_picture_is_kept_once_and_found_by_its_marker(form: str, kept: str) -> None:
    markers = {keep_picture(paint(form), rewrite=True) for _ in range(2)}
    assert Picture.objects.count() == len(markers) == 1
    picture = load_picture(markers.pop())
    assert (picture.media_type, picture.width, picture.height) == (f"image/{kept}", 30, 20)
    assert picture.digest == hashlib.sha256(bytes(picture.content)).hexdigest()


def test_writing_anew_leaves_what_a_camera_noted_and_turns_the_picture_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = "Edith's kitchen"
    taken = paint("JPEG", exif=exif, comment=b"Edith's kitchen")
    assert b"kitchen" in taken
    marker = keep_picture(taken, rewrite=True)
    assert b"kitchen" not in bytes(load_picture(marker).content)
    assert (reopen(marker).size, dict(reopen(marker).getexif())) == ((20, 30), {})


def test_files_keep_their_bytes() -> None:
    content = paint("PNG", mode="RGBA")
    assert bytes(load_picture(keep_picture(content, rewrite=False)).content) == content
    with pytest.raises(BadPicture, match="save a still"):
        keep_picture(paint("GIF"), rewrite=False)


def test_what_can_be_seen_through_stays_so_and_a_large_one_gets_smaller() -> None:
    assert reopen(keep_picture(paint(mode="RGBA"), rewrite=True)).mode == "RGBA"
    assert reopen(keep_picture(paint(size=(4800, 100)), rewrite=True)).size == (2400, 50)


def write_bomb(width: int, height: int) -> bytes:
    """The head of a PNG that claims to unpack into a wall."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head)) + b"\0\0\0\xffIDAT"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no PNG"),
        (b"<svg/>", "no PNG"),
        (paint()[:60], "no PNG"),
        (paint("JPEG")[:-200], "no PNG"),
        (paint("BMP"), "no PNG"),
        (b"GIF89a" + b"\xff" * 400, "no PNG"),
        pytest.param(write_bomb(60_000, 60_000), "over 40 million", id="bomb"),
        pytest.param(write_bomb(2**31 - 1, 2**31 - 1), "over 40 million", id="larger bomb"),
        pytest.param(b"\0" * 8_000_001, "over 8 MB", id="large"),
    ],
)
def test_what_is_no_picture_is_refused(content: bytes, why: str) -> None:
    for rewrite in (True, False):
        with pytest.raises(BadPicture, match=why):
            keep_picture(content, rewrite=rewrite)
    assert not Picture.objects.exists()


@pytest.mark.parametrize("text", ["<svg></svg>", "picture:abc:1x1:image/png", f"picture:{'0' * 64}:1x1:image/gif", ""])
def test_a_drawing_is_no_marker(text: str) -> None:
    assert read_marker(text) is None
    with pytest.raises(ValueError, match="stands for no picture"):
        load_picture(text)
