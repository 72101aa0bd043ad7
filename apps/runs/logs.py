"""The events of a run: packed for Postgres, and read from wherever they are."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress

from apps.runs import streams
from apps.runs.models import Run, RunLog
from apps.runs.streams import Entry
from workers.protocol import BadMessage, Event, decode, parse_entry_id

MAX_LOG_BYTES = 12 * 1024 * 1024
"""Before compression. A worker lets 10 MB of an attempt through: one is kept whole, of two the older is cut first."""


def pack(entries: Sequence[Entry]) -> bytes:
    """Compressed lines `id event`, in order."""
    # A line break in JSON is a space: what a worker sends cannot break the log apart.
    lines = (entry.id.encode() + b" " + entry.event.replace(b"\n", b" ") for entry in entries)
    return zlib.compress(b"\n".join(lines))


def unpack(packed: bytes) -> list[Entry]:
    lines = zlib.decompress(packed).split(b"\n")
    return [Entry(key.decode(), event) for key, _, event in (line.partition(b" ") for line in lines if line)]


def cap(entries: Sequence[Entry]) -> list[Entry]:
    """The newest entries that fit; readers see by the numbers that older ones are missing."""
    room = MAX_LOG_BYTES
    for index in range(len(entries) - 1, -1, -1):
        room -= len(entries[index].event)
        if room < 0:
            return list(entries[index + 1 :])
    return list(entries)


def read(run: Run) -> list[Entry]:
    """All events so far, in order. Asks Valkey only while the run goes on."""
    if not run.is_over:
        return streams.read(str(run.pk))
    log = RunLog.objects.filter(run=run).first()
    return unpack(bytes(log.events)) if log else []


def read_latest(entries: Sequence[Entry], types: Collection[str]) -> Iterator[Event]:
    """The events of these types that the last attempt sent. Others are passed over unread: most of a log is of one type."""
    marks = [f'"type":"{name}"'.encode() for name in types]
    fence = parse_entry_id(entries[-1].id)[0] if entries else 0
    for key, line in entries:
        if not any(mark in line for mark in marks) or parse_entry_id(key)[0] != fence:
            continue
        with suppress(BadMessage):
            event = decode(line)
            if isinstance(event, Event) and event.type in types:
                yield event
