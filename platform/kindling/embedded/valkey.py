"""Valkey in a data folder of ours, with one user for each side of the wall."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import redis

from kindling.embedded.addresses import name_valkey, name_valkey_socket
from kindling.embedded.binaries import find_valkey
from kindling.embedded.birth import Identity
from kindling.embedded.rights import describe_users
from kindling.embedded.secrets import Secrets
from kindling.embedded.sockets import make_socket_folder


class Valkey:
    """The engine over `<data>/valkey`."""

    name = "valkey"
    stop_signal = signal.SIGTERM
    identity: Identity | None = None

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self._data = data
        self._durable = durable

    @property
    def folder(self) -> Path:
        return self._data / "valkey"

    @property
    def command(self) -> list[str]:
        options = {
            "port": "0",  # Unix socket only
            "unixsocket": str(name_valkey_socket(self._data)),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "aclfile": str(self.folder / "users.acl"),
            "save": "",  # the append-only file keeps everything; a snapshot beside it would only cost
            "appendonly": "yes" if self._durable else "no",
            "appendfsync": "everysec",  # at most one second of queued messages to rebuild from Postgres
            "maxmemory-policy": "noeviction",  # a queue must refuse, never forget
        }
        return [str(find_valkey()), *(part for name, value in options.items() for part in (f"--{name}", value))]

    def prepare(self) -> None:
        make_socket_folder(self._data)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        secrets = Secrets.ensure(self._data)
        with os.fdopen(os.open(self.folder / "users.acl", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(describe_users(secrets))

    def answers(self) -> bool:
        password = Secrets.read(self._data).valkey_web
        try:
            with redis.Redis.from_url(name_valkey(self._data, user="web", password=password)) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
