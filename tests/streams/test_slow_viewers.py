"""Viewers who read little or nothing: they cost a bounded amount of memory, for a bounded time, and nobody else."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest
from redis import Redis

from tests.product import wait_for
from tests.streams.conftest import find_port, start_streams, wait_until_healthy
from tests.streams.test_closing import count_viewers
from tests.streams.viewers import ORIGIN, events_url, new_run, publish, watching
from workers.protocol import Event

pytestmark = pytest.mark.patient

TEXT = "x" * 10_000
EVENTS = 3000
"""30 MB in all: more than any buffer on the way holds."""

MOST_KB = 512
"""A viewer's: what the kernel keeps is not counted here."""


class Streams:
    """A streams process that nobody else uses."""

    def __init__(self, port: int, pid: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.port = port
        self._pid = pid

    def read_memory_kb(self) -> int:
        return int(re.findall(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self._pid}/status").read_text())[0])

    def open_slowly(self, run: str) -> socket.socket:
        """A client with little room for what it has not read yet."""
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", self.port))
        target = events_url("", run)
        client.sendall(f"GET {target} HTTP/1.1\r\nHost: here\r\nOrigin: {ORIGIN}\r\n\r\n".encode())
        return client


@pytest.fixture
def own_streams(valkey: Redis) -> Iterator[Streams]:
    port = find_port()
    process = start_streams(port)
    wait_until_healthy(f"http://127.0.0.1:{port}")
    yield Streams(port, process.pid)
    process.terminate()
    process.wait(15)


@pytest.fixture
def run(valkey: Redis) -> str:
    """A long run that goes on."""
    run = new_run()
    for first in range(1, EVENTS, 100):
        numbers = range(first, first + 100)
        publish(valkey, run, *(Event(seq=seq, at=0.0, type="stdout", data={"text": TEXT}) for seq in numbers))
    return run


def test_viewers_who_do_not_read_cost_little(own_streams: Streams, run: str) -> None:
    read_all(own_streams, run)
    before = own_streams.read_memory_kb()
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(closing(own_streams.open_slowly(run)))
        wait_for(lambda: count_viewers(own_streams.address) == 100, "all viewers")
        read_all(own_streams, run)  # a viewer who reads is served beside them, so they have had their turns
        assert own_streams.read_memory_kb() - before < 100 * MOST_KB


def test_viewers_who_read_nothing_or_next_to_nothing_are_cut_off(own_streams: Streams, run: str) -> None:
    with closing(own_streams.open_slowly(run)), closing(own_streams.open_slowly(run)) as trickle:
        wait_for(lambda: count_viewers(own_streams.address) == 2, "both viewers")
        deadline = time.monotonic() + 60
        while count_viewers(own_streams.address):
            assert time.monotonic() < deadline, "they are still there"
            with suppress(ConnectionError):
                trickle.recv(1)
            time.sleep(1)


def test_a_client_who_vanishes_without_a_word_is_noticed_within_30_s(tmp_path: Path) -> None:
    rights = ["--net"] if os.geteuid() == 0 else ["--net", "--user", "--map-root-user"]
    command = ["unshare", *rights, sys.executable, "-m", "tests.streams.vanishing", str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True, timeout=150)
    assert found.returncode == 0, found.stderr
    assert float(found.stdout) < 30


def read_all(streams: Streams, run: str) -> None:
    with watching(events_url(streams.address, run)) as seen:
        next(each for each in seen if each.data["seq"] == EVENTS)
