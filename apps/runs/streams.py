"""A run's stream of events in Valkey, as the web side reads, ends and rebuilds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from apps.runs.valkey import connect
from workers.protocol import (
    APPEND,
    CONTROLS,
    MAX_BUS_EVENTS,
    MAX_STREAM_EVENTS,
    Event,
    Stop,
    encode,
    entry_id,
    lease_key,
    stop_key,
    stream_key,
)

KEEP_ENDED_S = 600
"""How long the stream of a run that is over stays in Valkey; after that it is rebuilt from the log when asked for."""

KEEP_STOP_S = 24 * 3600
KEEP_FENCE_S = 3600


class Entry(NamedTuple):
    """One event of a stream: its id there, and its encoded form."""

    id: str
    event: bytes


def make_entry(fence: int, event: Event) -> Entry:
    return Entry(entry_id(fence, event.seq), encode(event).rstrip())


def append(run: str, entries: Sequence[Entry]) -> None:
    """Add events for whoever watches; those that are not newer than the stream's last are passed over."""
    args: list[Any] = [run, MAX_STREAM_EVENTS, MAX_BUS_EVENTS, "0"]
    for entry in entries:
        args += [entry.id, entry.event]
    script: Any = connect().register_script(APPEND)
    script(keys=[stream_key(run)], args=args)


def read(run: str) -> list[Entry]:
    """Everything in the stream, in order."""
    entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", connect().xrange(stream_key(run)))
    return [Entry(key.decode(), fields[b"event"]) for key, fields in entries]


def exists(run: str) -> bool:
    return bool(connect().exists(stream_key(run)))


def rebuild(run: str, entries: Sequence[Entry]) -> None:
    """Put the stream of a run that is over back, whole and in one step, for a while."""
    pipe = connect().pipeline(transaction=True)
    pipe.delete(stream_key(run))
    for entry in entries:
        pipe.xadd(stream_key(run), {"event": entry.event}, id=entry.id)
    pipe.expire(stream_key(run), KEEP_ENDED_S)
    pipe.execute()


def expire(run: str) -> None:
    """The run is over: nobody needs its stop, and its stream only for a while."""
    pipe = connect().pipeline(transaction=False)
    pipe.expire(stream_key(run), KEEP_ENDED_S)
    pipe.delete(stop_key(run))
    pipe.execute()


def fence_off(run: str, fence: int) -> None:
    """Let workers with a smaller fence see that they speak for this run no more."""
    connect().set(lease_key(run), fence, ex=KEEP_FENCE_S)


def signal_stop(run: str) -> None:
    """Tell the worker that has this run to end it; the key tells one that missed the message."""
    pipe = connect().pipeline(transaction=False)
    pipe.set(stop_key(run), "1", ex=KEEP_STOP_S)
    pipe.publish(CONTROLS, encode(Stop(run=run)))
    pipe.execute()
