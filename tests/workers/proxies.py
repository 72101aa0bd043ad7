"""A way to Valkey that can fall silent without being closed, as a connection does whose other end has lost power."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Proxy:
    """Passes bytes on both ways. After `fall_silent`, not on the connections that there are; new ones are as before."""

    def __init__(self, path: Path, target: Path) -> None:
        self.path = path
        self._target = target
        self._silent = 0
        self._count = 0
        self._sockets: list[socket.socket] = []
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(path))
        self._server.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def connections(self) -> int:
        """How many there have been."""
        return self._count

    def fall_silent(self) -> None:
        self._silent = self._count

    def close(self) -> None:
        for each in (self._server, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                far.connect(str(self._target))
                self._sockets += [near, far]
                self._count += 1
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(one, other, self._count), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket, number: int) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if number > self._silent:
                    other.sendall(data)
            if number > self._silent:
                other.shutdown(socket.SHUT_WR)


@contextmanager
def proxy_at(path: Path, target: Path) -> Iterator[Proxy]:
    proxy = Proxy(path, target)
    try:
        yield proxy
    finally:
        proxy.close()
