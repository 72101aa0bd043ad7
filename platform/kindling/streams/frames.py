"""A stored event as a browser gets it: one frame of Server-Sent Events, written once for all who see it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workers.protocol import OUTCOMES, PASSING_EVENTS, BadMessage, Event, decode, parse_entry_id

HEARTBEAT = b": still here\n\n"

PIECE_BYTES = 64 * 1024
"""Frames are sent together up to about so much: what a viewer who stops reading can make us hold."""

Mark = tuple[int, int]
"""`(fence, seq)`: how far a viewer has come."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One event, ready to send. `is_last` for the final state, after which nothing comes."""

    mark: Mark
    text: bytes
    is_last: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """Frames as they are sent together; whoever has it has come to `mark`."""

    mark: Mark
    text: bytes
    is_last: bool


def make_frame(entry_id: str, stored: bytes) -> Frame:
    """The frame of a stream's entry. Raises `BadMessage` for what is no event."""
    mark = parse_entry_id(entry_id)
    event = decode(stored)
    if not isinstance(event, Event):
        raise BadMessage("not an event")
    data = {"seq": mark[1], "at": event.at, "fence": mark[0], **event.data}
    is_last = event.type == "state" and event.data.get("state") in OUTCOMES
    return Frame(mark, _encode(event.type, data, entry_id), is_last)


def make_passing(stored: bytes) -> bytes:
    """A frame without a number: told to who is there, and never again. Raises `BadMessage`."""
    try:
        raw = json.loads(stored)
    except (ValueError, RecursionError) as error:
        raise BadMessage("not JSON") from error
    if not isinstance(raw, dict) or not isinstance(data := raw.get("data"), dict):
        raise BadMessage("no event")
    if (kind := raw.get("type")) not in PASSING_EVENTS:
        raise BadMessage("no such event without a number")
    return _encode(kind, data)


def make_retry(milliseconds: int) -> bytes:
    """Tells a browser how long to wait before it connects again."""
    return f"retry: {milliseconds}\n\n".encode()


def cut_up(mark: Mark, frames: Sequence[Frame]) -> Iterator[Piece]:
    """The frames for viewers who have come to `mark`, in pieces to send; where events are missing, a `gap` says so."""
    texts: list[bytes] = []
    size = 0
    for frame in frames:
        if texts and size + len(frame.text) > PIECE_BYTES:
            yield Piece(mark, b"".join(texts), is_last=False)
            texts, size = [], 0
        if _is_gap(mark, frame):
            texts.append(_make_gap(mark, frame.mark))
        texts.append(frame.text)
        size += len(frame.text)
        mark = frame.mark
    if texts:
        yield Piece(mark, b"".join(texts), frames[-1].is_last)


def has_gap(mark: Mark, frames: Sequence[Frame]) -> bool:
    """Whether events are missing before or between the frames."""
    return any(_is_gap(before, frame) for before, frame in zip([mark, *(f.mark for f in frames)], frames, strict=False))


def _is_gap(before: Mark, frame: Frame) -> bool:
    """The numbers of an attempt have no holes, and begin with 0 or 1.

    Only a final state may jump: that of a run that was given up has the largest number there is.
    """
    (fence, seq), (next_fence, next_seq) = before, frame.mark
    return not frame.is_last and next_seq > (seq + 1 if next_fence == fence else 1)


def _make_gap(before: Mark, after: Mark) -> bytes:
    """Has no id, so that resuming is not affected by it."""
    words = "Some of the output is missing here: it was too much to keep."
    return _encode("gap", {"before": f"{before[0]}-{before[1]}", "after": f"{after[0]}-{after[1]}", "text": words})


def _encode(kind: str, data: dict[str, object], entry_id: str = "") -> bytes:
    # JSON without indentation holds no line break, so one data line is enough.
    numbered = f"id: {entry_id}\n" if entry_id else ""
    return f"{numbered}event: {kind}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()
