"""A run's stream of events in Valkey, as the web side reads, ends and rebuilds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from apps.runs.valkey import connect
from workers.protocol import (
    APPEND,
    BUS,
    CONTROLS,
    MAX_BUS_EVENTS,
    MAX_STREAM_EVENTS,
    Asked,
    Control,
    Event,
    State,
    Stop,
    controls_key,
    decode,
    encode,
    entry_id,
    lease_key,
    parse_entry_id,
    stop_key,
    stream_key,
)

KEEP_ENDED_S = 600
"""How long the stream of a run that is over stays in Valkey; after that it is rebuilt from the log when asked for."""

KEEP_STOP_S = 24 * 3600
KEEP_FENCE_S = 3600

MAX_CONTROLS = 32
"""Requests to a run that its worker has not taken; a worker takes them within a blink, so more mean that it is gone."""

MAX_CONTROLS_A_SECOND = 10
"""Of one run. Hands and a page that follows a training need fewer; each look inside costs the run a few milliseconds."""

KEEP_CONTROLS_S = 600
"""A pause lasts no longer: what was not taken until then is no longer meant."""

FRAMES = "frames"
"""Valkey hash of the frame without a number that each waiting run's viewers saw last."""

LATEST = 100
"""Events among which a paused run's last state is found: it says little while it is paused."""


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


def list_unshown(runs: Sequence[str]) -> list[str]:
    """Those of these runs, which are over, whose stream is not marked to expire: nobody has shown their end there."""
    pipe = connect().pipeline(transaction=False)
    for run in runs:
        pipe.ttl(stream_key(run))
    return [run for run, seconds in zip(runs, pipe.execute(), strict=True) if seconds < 0]


def rebuild(run: str, entries: Sequence[Entry]) -> None:
    """Put the stream of a run that is over back, whole and in one step, for a while."""
    pipe = connect().pipeline(transaction=True)
    pipe.delete(stream_key(run))
    for entry in entries:
        pipe.xadd(stream_key(run), {"event": entry.event}, id=entry.id)
    pipe.expire(stream_key(run), KEEP_ENDED_S)
    pipe.execute()


def expire(run: str) -> None:
    """The run is over: nobody needs its stop or what else was asked of it, and its stream only for a while."""
    pipe = connect().pipeline(transaction=False)
    pipe.expire(stream_key(run), KEEP_ENDED_S)
    pipe.delete(stop_key(run), controls_key(run))
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


def ask(control: Control) -> bool:
    """Leave a request for the run's worker and say that it is there. False when there have been too many."""
    client, key, rate = connect(), controls_key(control.run), f"asked:{control.run}"
    pipe = client.pipeline(transaction=True)
    pipe.incr(rate)
    pipe.expire(rate, 1, nx=True)
    pipe.llen(key)
    asked, _, untaken = pipe.execute()
    if asked > MAX_CONTROLS_A_SECOND or untaken >= MAX_CONTROLS:
        return False
    pipe = client.pipeline(transaction=True)
    pipe.rpush(key, encode(control))
    pipe.expire(key, KEEP_CONTROLS_S)
    pipe.publish(CONTROLS, encode(Asked(run=control.run)))
    pipe.execute()
    return True


def show_frames(frames: Mapping[str, str]) -> int:
    """Send each run's viewers its frame, without a number and to the bus only, where it is not what they saw last.

    `frames` are those of all runs that have one; how many were sent.
    """
    client: Any = connect()
    before = {run.decode(): frame.decode() for run, frame in client.hgetall(FRAMES).items()}
    changed = {run: frame for run, frame in frames.items() if before.get(run) != frame}
    gone = before.keys() - frames.keys()
    pipe = client.pipeline(transaction=False)
    for run, frame in changed.items():
        pipe.xadd(BUS, {"run": run, "id": "", "event": frame}, maxlen=MAX_BUS_EVENTS, approximate=True)
    if changed:
        pipe.hset(FRAMES, mapping=changed)
    if gone:
        pipe.hdel(FRAMES, *gone)
    pipe.execute()
    return len(changed)


def find_state(run: str, fence: int) -> State | None:
    """What the attempt last said of its state, if that was among its latest events."""
    entries = cast("Any", connect().xrevrange(stream_key(run), count=LATEST))
    for key, fields in entries:
        event = decode(fields[b"event"])
        if isinstance(event, Event) and event.type == "state" and parse_entry_id(key.decode())[0] == fence:
            return State(event.data["state"])
    return None
