"""A second web process like the product's own, over another database of the same server."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.product import ROOT, find_ports, is_alive, list_children, wait_for


def copy_database(address: str, name: str) -> str:
    """A database as this one stands now, by its files; the address of it. Whoever is connected has to connect again."""
    own = urlsplit(address)
    with psycopg.connect(own._replace(path="/postgres").geturl(), autocommit=True) as server:
        old = own.path.removeprefix("/")
        server.execute(f'ALTER DATABASE "{old}" ALLOW_CONNECTIONS false')
        try:
            server.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", [old])
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{old}" STRATEGY file_copy')
        finally:
            server.execute(f'ALTER DATABASE "{old}" ALLOW_CONNECTIONS true')
    return own._replace(path=f"/{name}").geturl()


def read_environment(pid: int) -> dict[str, str]:
    words = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(word.split("=", 1) for word in words if "=" in word)


@contextmanager
def running_twin(pid: int, changes: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """The address and the process of another server like `pid`, with some of its environment changed."""
    port = find_ports()
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]
    command = [f"--port={port}" if word.startswith("--port=") else word for word in words]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, cwd=ROOT, env={**read_environment(pid), **changes}, stdin=quiet, stdout=quiet, stderr=quiet
    )

    def answers() -> bool:
        with socket.socket() as knock:
            return knock.connect_ex(("127.0.0.1", port)) == 0 or not is_alive(process.pid)

    try:
        wait_for(answers, "the second web process", seconds=60)
        assert process.poll() is None, "the second web process did not start"
        yield f"http://127.0.0.1:{port}/", process.pid
    finally:
        process.terminate()
        process.wait(15)


def list_family(pid: int) -> list[int]:
    return [pid, *list_children(pid)]


def list_backends(address: str) -> list[int]:
    """The processes that Postgres keeps for whoever is connected to this database now."""
    with psycopg.connect(address, autocommit=True) as database:
        found = database.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [int(pid) for (pid,) in found]


class Clock:
    """CPU time of some processes from now on, as the scheduler counts it; of one that ends meanwhile, none."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._begun = _read_spent_ns(pids)

    def read_ms(self) -> float:
        spent = _read_spent_ns(self._begun)
        return sum(spent[pid] - self._begun[pid] for pid in spent) / 1e6


def _read_spent_ns(pids: Iterable[int]) -> dict[int, int]:
    spent = {}
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):
            tasks = list(Path(f"/proc/{pid}/task").iterdir())
            spent[pid] = sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)
    return spent
