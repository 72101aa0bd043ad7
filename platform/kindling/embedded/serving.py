"""Both engines for the length of a `with` block: for tests and for one-off commands."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL

from kindling.embedded.addresses import name_database, name_valkey
from kindling.embedded.birth import bind
from kindling.embedded.engine import DidNotStart, Engine
from kindling.embedded.postgres import Postgres
from kindling.embedded.secrets import Secrets
from kindling.embedded.valkey import Valkey


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Where the engines answer."""

    database_url: str
    valkey_url: str
    """As the web side."""
    valkey_admin_url: str


@contextmanager
def serving(data: Path, *, durable: bool = False) -> Iterator[Services]:
    """Starts Postgres and Valkey over this folder and stops them at the end. Costs about 1 s on a new folder."""
    with ExitStack() as stack:
        engines: list[Engine] = [Postgres(data, durable=durable), Valkey(data, durable=durable)]
        children = [stack.enter_context(running(engine, data / f"{engine.name}.log")) for engine in engines]
        for engine, child in zip(engines, children, strict=True):
            _wait(engine, child)
        secrets = Secrets.read(data)
        yield Services(
            database_url=name_database(data),
            valkey_url=name_valkey(data, user="web", password=secrets.valkey_web),
            valkey_admin_url=name_valkey(data, user="admin", password=secrets.valkey_admin),
        )


@contextmanager
def running(engine: Engine, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The engine's process, started and not yet waited for."""
    engine.prepare()
    with log.open("ab") as output:
        child = subprocess.Popen(
            engine.command,
            cwd=engine.folder,
            env={},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=bind(SIGKILL, engine.identity),
        )
    try:
        yield child
    finally:
        child.send_signal(engine.stop_signal)
        child.wait(timeout=30)


def _wait(engine: Engine, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while not engine.answers():
        if child.poll() is not None or time.monotonic() > deadline:
            raise DidNotStart(f"{engine.name} does not start: see {engine.folder}.")
        time.sleep(0.02)
