"""What goes to a cell over its wire: never waited for, and held back only up to a bound."""

from __future__ import annotations

import asyncio
import socket

from workers.protocol import Message, encode


class Outbox:
    """Sends lines in their order. A cell that does not read loses what does not fit, and harms nobody else."""

    def __init__(self, wire: socket.socket, bound: int) -> None:
        self._wire = wire
        self._bound = bound
        self._rest = b""
        self._waits = False

    def send(self, message: Message, *, bounded: bool = True) -> bool:
        """Send now or when the cell reads; whether there was room. Without `bounded` there always is."""
        line = encode(message)
        if bounded and len(self._rest) + len(line) > self._bound:
            return False
        self._rest += line
        self._write()
        return True

    def close(self) -> None:
        """Send nothing more; the wire stays open. Harmless when repeated."""
        self._rest = b""
        self._rely_on_room(False)

    def _write(self) -> None:
        try:
            self._rest = self._rest[self._wire.send(self._rest) :]
        except BlockingIOError:
            pass
        except OSError:
            self._rest = b""  # the cell has ended, or hung up
        self._rely_on_room(bool(self._rest))

    def _rely_on_room(self, waits: bool) -> None:
        """Hear of room on the wire while something waits for it."""
        if waits and not self._waits:
            asyncio.get_running_loop().add_writer(self._wire, self._write)
        elif self._waits and not waits:
            asyncio.get_running_loop().remove_writer(self._wire)
        self._waits = waits
