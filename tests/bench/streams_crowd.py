"""Many connections of one process, listened to by epoll: costs little beside what is measured."""

from __future__ import annotations

import resource
import select
import socket
import time
from collections.abc import Callable

Hear = Callable[[int, bytes], None]
"""Called with a connection and what arrived on it."""


class Crowd:
    """Clients of one port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._sockets: dict[int, socket.socket] = {}
        self._poll = select.epoll()

    def __len__(self) -> int:
        return len(self._sockets)

    def connect(self, request: bytes = b"") -> int:
        """Another client, by the number that `listen` names it with."""
        connection = socket.create_connection(("127.0.0.1", self._port), timeout=30)
        connection.sendall(request)
        connection.setblocking(False)
        self._sockets[connection.fileno()] = connection
        self._poll.register(connection, select.EPOLLIN)
        return connection.fileno()

    def listen(self, hear: Hear, *, until: Callable[[], bool], seconds: float = 30) -> None:
        """Hands on what arrives until `until()` is true, which must be so in time."""
        deadline = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < deadline, "the crowd did not hear everything"
            self.listen_once(hear, timeout_s=0.05)

    def listen_once(self, hear: Hear, *, timeout_s: float) -> None:
        for fd, _ in self._poll.poll(timeout_s, 256):
            words = self._sockets[fd].recv(65536)
            assert words, "a connection was ended"
            hear(fd, words)

    def close(self) -> None:
        for connection in self._sockets.values():
            connection.close()
        self._poll.close()


def allow_open_files(wanted: int) -> None:
    """A system's usual 1024 are too few for a crowd."""
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(wanted + 1000, most)), most))
