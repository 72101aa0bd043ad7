"""Zip archives whose bytes depend on nothing but what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that the format knows: when a file was packed is nobody's business."""
COMPRESSED = (".png", ".jpg", ".jpeg", ".webp", ".woff2")


def pack(files: Mapping[str, bytes], *, plain_first: str = "") -> bytes:
    """The files in their order; `plain_first` is the name of one that must stand first and not be compressed."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for name in sorted(files, key=lambda each: each != plain_first):
            info = ZipInfo(name, EPOCH)
            info.create_system = 3  # else it would say on which machine it was packed
            info.external_attr = 0o644 << 16
            info.compress_type = ZIP_STORED if name == plain_first or name.endswith(COMPRESSED) else ZIP_DEFLATED
            archive.writestr(info, files[name])
    return packed.getvalue()
