"""PostgreSQL in a data folder of ours."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from functools import cached_property
from pathlib import Path

import psycopg

from kindling.embedded.addresses import DATABASE, USER
from kindling.embedded.binaries import find_postgres
from kindling.embedded.birth import Identity, bind, choose_identity
from kindling.embedded.engine import DidNotStart
from kindling.embedded.sockets import make_socket_folder, name_socket_folder

MAJOR = 18

OPTIONS = {
    "listen_addresses": "",  # Unix socket only: nothing of the machine's network reaches the data
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
}
FAST_OPTIONS = {  # a test's data may be lost, and its crowds are large
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "300",
}


class Postgres:
    """The engine over `<data>/postgres`. `durable=False` trades crash safety for speed, for tests."""

    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": ends connections, writes a checkpoint

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self._data = data
        self._durable = durable
        self._sockets = name_socket_folder(data)
        self._ready = False

    @property
    def folder(self) -> Path:
        return self._data / "postgres"

    @property
    def command(self) -> list[str]:
        options = {
            **OPTIONS,
            **({} if self._durable else FAST_OPTIONS),
            "unix_socket_directories": str(self._sockets),
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(find_postgres("postgres")), "-D", str(self.folder), *settings]

    @cached_property
    def identity(self) -> Identity | None:
        return choose_identity(self.folder)

    def check(self) -> None:
        """Raises `DidNotStart` when the data was written by another major version."""
        version = self.folder / "PG_VERSION"
        if not version.exists():
            return
        found = int(version.read_text().split(".")[0])
        if found != MAJOR:
            age = "newer" if found > MAJOR else "older"
            raise DidNotStart(
                f"{self.folder} belongs to a{'n' if found < MAJOR else ''} {age} Postgres ({found}, this is {MAJOR}): "
                "choose another KINDLING_DATA, or move its data with pg_dump."
            )

    def prepare(self) -> None:
        self.check()
        self._sockets = make_socket_folder(self._data)
        if not (self.folder / "PG_VERSION").exists():
            self._create()
        self._give_away(self.folder)
        self._clear()

    def answers(self) -> bool:
        try:
            with psycopg.connect(host=str(self._sockets), user=USER, dbname="postgres", autocommit=True) as connection:
                if not self._ready:
                    _create_database(connection)
        except psycopg.OperationalError:
            return False
        self._ready = True
        return True

    def _create(self) -> None:
        """initdb, in a folder beside, renamed at the end: what is there is always whole."""
        new = self.folder.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self._give_away(new)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"]  # the same on any machine
        done = subprocess.run(
            [find_postgres("initdb"), "-D", new, "-U", USER, "--auth=trust", "--no-instructions", "--no-sync", *locale],
            preexec_fn=bind(signal.SIGKILL, self.identity),
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
            raise DidNotStart(f"The database could not be created in {self.folder}: {last}.")
        if self._durable:
            os.sync()
        new.rename(self.folder)

    def _give_away(self, folder: Path) -> None:
        """Where Postgres runs under another uid of the machine, its data becomes that one's, and its way there opens."""
        if self.identity is None or self.identity.namespace:
            return
        self._data.chmod(0o711)  # to pass through; what else lies in it is its owner's alone
        os.chown(self._sockets, os.geteuid(), self.identity.gid)
        self._sockets.chmod(0o770)
        os.chown(folder, self.identity.uid, self.identity.gid)

    def _clear(self) -> None:
        """After a kill or a reboot the pid in the lock files is nobody's, or a stranger's: Postgres would refuse."""
        lock = self.folder / "postmaster.pid"
        if lock.exists():
            self._end_leftover(int((lock.read_text().split() or ["0"])[0]))
        for path in (lock, self._sockets / ".s.PGSQL.5432", self._sockets / ".s.PGSQL.5432.lock"):
            path.unlink(missing_ok=True)

    def _end_leftover(self, pid: int) -> None:
        """Ends a server that outlived its supervisor; another process that has its pid by now is left alone."""
        deadline = time.monotonic() + 10
        while self._is_ours(pid):
            os.kill(pid, signal.SIGQUIT if time.monotonic() < deadline else signal.SIGKILL)
            time.sleep(0.05)

    def _is_ours(self, pid: int) -> bool:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(self.folder) in words and words[0].endswith(b"postgres")


def _create_database(connection: psycopg.Connection) -> None:
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
        connection.execute(f'CREATE DATABASE "{DATABASE}"')
