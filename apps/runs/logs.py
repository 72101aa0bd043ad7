"""The events of a run that is over, packed for Postgres."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from apps.runs.streams import Entry

MAX_LOG_BYTES = 12 * 1024 * 1024
"""Before compression. A worker lets 10 MB of an attempt through: one is kept whole, of two the older is cut first."""


def pack(entries: Sequence[Entry]) -> bytes:
    """Compressed lines `id event`, in order."""
    # A line break in JSON is a space: what a worker sends cannot break the log apart.
    lines = (entry.id.encode() + b" " + entry.event.replace(b"\n", b" ") for entry in entries)
    return zlib.compress(b"\n".join(lines))


def unpack(packed: bytes) -> list[Entry]:
    lines = zlib.decompress(packed).split(b"\n")
    return [Entry(key.decode(), event) for key, _, event in (line.partition(b" ") for line in lines)]


def cap(entries: Sequence[Entry]) -> list[Entry]:
    """The newest entries that fit; readers see by the numbers that older ones are missing."""
    room = MAX_LOG_BYTES
    for index in range(len(entries) - 1, -1, -1):
        room -= len(entries[index].event)
        if room < 0:
            return list(entries[index + 1 :])
    return list(entries)
