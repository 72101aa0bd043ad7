"""The line to the supervisor: one JSON object a line, both ways."""

from __future__ import annotations

import json
import os
import select
import socket
import threading
import time
from contextlib import suppress
from typing import Any

_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False)


class Wire:
    """Tells the supervisor things. A wire without a channel swallows them (rehearsals), as does a forked child's."""

    def __init__(self, channel: socket.socket | None) -> None:
        self._channel = channel
        self._heard = b""
        self._writing = threading.Lock()
        if channel is not None:
            os.register_at_fork(after_in_child=self._hang_up)

    @property
    def connected(self) -> bool:
        """Whether anybody hears what is told."""
        return self._channel is not None

    def tell(self, type_: str, data: dict[str, Any]) -> None:
        """Write one line; what cannot be written is nobody's loss but the run's own."""
        self.tell_all([(type_, data)])

    def tell_all(self, events: list[tuple[str, dict[str, Any]]]) -> None:
        """Write a line for each, at once; blocks while the supervisor is slower."""
        if self._channel is not None and events:
            lines = [_ENCODER.encode({"type": type_, "data": data}).encode() for type_, data in events]
            with suppress(OSError), self._writing:
                self._channel.sendall(b"\n".join([*lines, b""]))

    def read_line(self) -> bytes:
        """The next line, when it is there. The end of the conversation ends the process."""
        assert self._channel is not None  # noqa: S101 - only a wire with a channel is read
        while b"\n" not in self._heard:
            if not (part := self._channel.recv(1 << 20)):
                os._exit(0)
            self._heard += part
        line, _, self._heard = self._heard.partition(b"\n")
        return line

    def lines_within(self, seconds: float) -> list[bytes]:
        """The lines that came, as soon as there is something to read; none when nothing did."""
        channel = self._channel
        if channel is None or not _readable(channel, seconds):
            return []
        with suppress(OSError):
            if part := channel.recv(1 << 16, socket.MSG_DONTWAIT):
                *lines, self._heard = (self._heard + part).split(b"\n")
                return lines
        time.sleep(seconds)  # there is nobody at the other end, and soon nobody at this one
        return []

    def _hang_up(self) -> None:
        """A child of the student's process is not the student's process."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None


def _readable(channel: socket.socket, seconds: float) -> bool:
    """Whether there is something to read before the time is over."""
    poll = select.poll()
    try:
        poll.register(channel, select.POLLIN)
        events = poll.poll(seconds * 1000)
    except (OSError, ValueError):
        events = [(-1, 0)]
    if events and not events[0][1] & select.POLLIN:
        time.sleep(seconds)  # the student's code closed it, which poll answers at once
    return any(event & select.POLLIN for _, event in events)
