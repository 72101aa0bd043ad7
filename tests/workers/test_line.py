"""The line to the runner, in whatever pieces its bytes come."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers import line
from workers.line import Line, RunnerGone
from workers.protocol import Survey, encode

Connect = Callable[[], tuple[Line, socket.socket]]


@pytest.fixture(scope="module")
def connect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connect]:
    """Opens a line; gives it and its other end."""
    path = tmp_path_factory.mktemp("line") / "runner.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen()
        yield lambda: (Line(path), server.accept()[0])


@contextmanager
def opened(connect: Connect) -> Iterator[tuple[Line, socket.socket]]:
    ours, theirs = connect()
    with theirs:
        try:
            yield ours, theirs
        finally:
            ours.close()


@settings(deadline=None)
@given(st.lists(st.binary(max_size=30), max_size=8))
def test_bytes_are_cut_into_lines_wherever_they_are_split(connect: Connect, chunks: list[bytes]) -> None:
    heard: list[bytes] = []
    with opened(connect) as (ours, theirs):
        for chunk in chunks:
            theirs.sendall(chunk)
            heard += ours.receive(0)
        theirs.close()
        heard += read_to_end(ours)
    assert heard == b"".join(chunks).split(b"\n")[:-1]


def test_a_line_that_is_too_long_ends_it(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "MAX_LINE", 100)
    with opened(connect) as (ours, theirs):
        theirs.sendall(b"x" * 100)
        assert ours.receive(1) == []
        theirs.sendall(b"x")
        with pytest.raises(RunnerGone, match="without end"):
            ours.receive(1)


def test_nothing_to_hear_is_waited_for_no_longer_than_told(connect: Connect) -> None:
    with opened(connect) as (ours, _):
        assert ours.receive(0) == []
        assert ours.receive(-1) == []


def test_a_runner_that_hung_up_cannot_be_told_anything(connect: Connect) -> None:
    with opened(connect) as (ours, theirs):
        theirs.close()
        with pytest.raises(RunnerGone):
            ours.send(Survey())


def test_what_is_said_arrives(connect: Connect) -> None:
    with opened(connect) as (ours, theirs):
        ours.send(Survey())
        assert theirs.recv(100) == encode(Survey())


def read_to_end(ours: Line) -> list[bytes]:
    heard: list[bytes] = []
    with suppress(RunnerGone):
        while True:
            heard += ours.receive(5)
    return heard
