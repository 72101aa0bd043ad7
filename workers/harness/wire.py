"""The line to the supervisor: one JSON object a line, both ways."""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from typing import Any


class Wire:
    """Tells the supervisor things. A wire without a channel swallows them (rehearsals), as does a forked child's."""

    def __init__(self, channel: socket.socket | None) -> None:
        self._channel = channel
        if channel is not None:
            os.register_at_fork(after_in_child=self._hang_up)

    @property
    def connected(self) -> bool:
        """Whether anybody hears what is told."""
        return self._channel is not None

    def tell(self, type_: str, data: dict[str, Any]) -> None:
        """Write one line; what cannot be written is nobody's loss but the run's own."""
        if self._channel is not None:
            with suppress(OSError):
                self._channel.sendall(json.dumps({"type": type_, "data": data}).encode() + b"\n")

    def read_line(self) -> bytes:
        """The one line that comes: the job."""
        line = b""
        while not line.endswith(b"\n"):
            assert self._channel is not None  # noqa: S101 - only a wire with a channel is read
            if not (part := self._channel.recv(1 << 20)):
                os._exit(0)
            line += part
        return line

    def _hang_up(self) -> None:
        """A child of the student's process is not the student's process."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
