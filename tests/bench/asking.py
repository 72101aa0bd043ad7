"""Requests that cost the asker little: bare sockets kept open, one request at a time each."""

from __future__ import annotations

import multiprocessing
import re
import selectors
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from time import perf_counter
from urllib.parse import urlsplit

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CONNECTIONS = 8
SECONDS = 3.0


class Line:
    """A connection to one address. Close it, or use it in a `with` block."""

    def __init__(self, url: str, headers: Mapping[str, str], *, body: str = "") -> None:
        """With a `body` it posts a form that has been put together."""
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        lines = [f"{'POST' if body else 'GET'} {path} HTTP/1.1", f"Host: {parts.netloc}"]
        if body:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._request = "\r\n".join([*lines, "", body]).encode()
        self.socket = socket.create_connection((parts.hostname or "", parts.port or 80))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = b""
        self._missing = 0

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self) -> int:
        """Sends the request and reads the whole answer; its status."""
        self.send()
        while not self.receive():
            pass
        return int(self._head[9:12])

    def send(self) -> None:
        self._head, self._missing = b"", -1
        self.socket.sendall(self._request)

    def receive(self) -> bool:
        """Reads what is there; whether the answer is complete."""
        got = self.socket.recv(1 << 18)
        assert got, "the server hung up"
        if self._missing >= 0:
            self._missing -= len(got)
            return self._missing == 0
        self._head += got
        end = self._head.find(b"\r\n\r\n")
        if end >= 0:
            length = LENGTH.search(self._head, 0, end)
            self._missing = (int(length[1]) if length else 0) - (len(self._head) - end - 4)
        return self._missing == 0


def count_per_second(url: str, headers: Mapping[str, str]) -> float:
    """Answers a second over some connections that never rest, from a process of their own."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(_fire, (url, headers))


def _fire(url: str, headers: Mapping[str, str]) -> float:
    answered = 0
    with ExitStack() as stack, selectors.DefaultSelector() as ready:
        for _ in range(CONNECTIONS):
            line = stack.enter_context(Line(url, headers))
            assert line.ask() == 200
            ready.register(line.socket, selectors.EVENT_READ, line)
            line.send()
        started = perf_counter()
        while (spent := perf_counter() - started) < SECONDS:
            for key, _ in ready.select(1):
                if key.data.receive():
                    answered += 1
                    key.data.send()
        return answered / spent
