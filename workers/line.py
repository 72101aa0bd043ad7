"""The line to the runner: a Unix socket that carries one message a line. Closing it ends the job at the other end."""

from __future__ import annotations

import select
import socket
import threading
import time
from pathlib import Path

from workers.protocol import MAX_EVENT_BYTES, Message, encode

MAX_LINE = 4 * MAX_EVENT_BYTES
"""A longer line than this is no event; the runner has lost its mind."""


class RunnerGone(Exception):
    """The runner hung up before it said how the run ended, or could not be reached."""


class Line:
    """One connection, for one job. `send` may be called from any thread, `receive` from one."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._rest = b""
        self._sending = threading.Lock()
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise RunnerGone(str(error)) from error

    def send(self, message: Message) -> None:
        """Raises `RunnerGone`."""
        with self._sending:
            try:
                self._socket.sendall(encode(message))
            except OSError as error:
                raise RunnerGone(str(error)) from error

    def receive(self, timeout_s: float) -> list[bytes]:
        """The lines that are there, waiting for the first at most so long. Raises `RunnerGone`."""
        if not select.select([self._socket], [], [], max(timeout_s, 0))[0]:
            return []
        try:
            chunk = self._socket.recv(256 * 1024)
        except OSError as error:
            raise RunnerGone(str(error)) from error
        if not chunk:
            raise RunnerGone("the runner hung up")
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > MAX_LINE:
            raise RunnerGone("the runner sent a line without end")
        return lines

    def close(self) -> None:
        self._socket.close()


def call(path: Path, patience_s: float) -> Line:
    """A line to the runner, which may be starting just now. Raises `RunnerGone` when patience is at an end."""
    until = time.monotonic() + patience_s
    while True:
        try:
            return Line(path)
        except RunnerGone:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
