"""A Valkey that keeps what it is told, and a streams process over it; both can be killed and come back."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from redis import Redis

from kindling.embedded.addresses import name_valkey
from kindling.embedded.secrets import Secrets
from kindling.embedded.serving import running
from kindling.embedded.valkey import Valkey
from tests.product import wait_for
from tests.streams.conftest import find_port, start_streams, wait_until_healthy


class Site:
    """`address` stays the same over all restarts."""

    def __init__(self, data: Path) -> None:
        self.port = find_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.stack = ExitStack()
        self._data = data
        self._engine = Valkey(data)
        self._valkey = self._start_valkey()
        self.streams = self._start_streams()
        wait_until_healthy(self.address)

    def connect(self) -> Redis:
        """As the web side, which may write."""
        return Redis.from_url(self._name("web"))

    def restart_valkey(self) -> None:
        self._valkey.kill()
        self._valkey.wait()
        self._valkey = self._start_valkey()

    def restart_streams(self) -> None:
        self.streams.kill()
        self.streams.wait()
        self.streams = self._start_streams()
        wait_until_healthy(self.address)

    def _name(self, user: str) -> str:
        password = getattr(Secrets.read(self._data), f"valkey_{user}")
        return name_valkey(self._data, user=user, password=password)

    def _start_valkey(self) -> subprocess.Popen[bytes]:
        child = self.stack.enter_context(running(self._engine, self._data.with_suffix(".log")))
        wait_for(self._engine.answers, "Valkey")
        return child

    def _start_streams(self) -> subprocess.Popen[bytes]:
        process = start_streams(self.port, self._name("streams"))
        self.stack.callback(process.wait, 15)
        self.stack.callback(process.terminate)
        return process


@contextmanager
def running_site(folder: Path) -> Iterator[Site]:
    data = folder / "data"
    os.mkdir(data)  # noqa: PTH102
    site = Site(data)
    with site.stack:
        yield site
