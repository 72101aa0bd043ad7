"""Server-Sent Events, whatever way they are cut, and whatever else arrives."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindling.client.frames import MAX_FRAME_BYTES, BadStream, Frame, Reader

DATA = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=20), max_size=3)
FRAMES = st.lists(st.builds(Frame, id=st.from_regex(r"[0-9]-[0-9]", fullmatch=True), type=st.just("stdout"), data=DATA))


def write(frames: list[Frame], line_break: str = "\n") -> bytes:
    parts = [
        f"id: {frame.id}\nevent: {frame.type}\ndata: {json.dumps(frame.data)}\n\n: still here\n\n" for frame in frames
    ]
    return "".join(parts).replace("\n", line_break).encode()


def read(*chunks: bytes) -> list[Frame]:
    reader = Reader()
    return [frame for chunk in chunks for frame in reader.feed(chunk)]


@given(frames=FRAMES, cuts=st.lists(st.integers(0, 400)), line_break=st.sampled_from(["\n", "\r\n"]))
def test_frames_are_the_same_however_they_are_cut(frames: list[Frame], cuts: list[int], line_break: str) -> None:
    whole = write(frames, line_break)
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    assert read(*(whole[a:b] for a, b in pairwise(edges))) == frames


@given(chunks=st.lists(st.binary(max_size=300) | st.sampled_from([b"data: {}\n\n", b"data", b":", b"\n", b"\r"])))
def test_whatever_arrives_it_is_read_or_refused(chunks: list[bytes]) -> None:
    with suppress(BadStream):
        assert all(isinstance(frame.data, dict) for frame in read(*chunks))


@pytest.mark.parametrize("data", [b"[1]", b"null", b"{", b"\xff", b"[" * 20_000])
def test_data_that_is_no_object_is_passed_over(data: bytes) -> None:
    assert read(b"event: x\ndata: " + data + b"\n\ndata: {}\n\n") == [Frame("", "message", {})]


def test_an_event_without_end_does_not_fill_the_memory() -> None:
    with pytest.raises(BadStream):
        read(*[b"data: " + b"x" * 1000 + b"\n"] * (2 * MAX_FRAME_BYTES // 1000))
    with pytest.raises(BadStream):
        list(Reader().feed(b"x" * (MAX_FRAME_BYTES + 1)))
