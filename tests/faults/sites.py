"""The web process alone, over engines that the test may kill and start again when it likes."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import httpx

from kindling.embedded.addresses import name_database, name_valkey
from kindling.embedded.birth import bind
from kindling.embedded.engine import Engine
from kindling.embedded.postgres import Postgres
from kindling.embedded.secrets import Secrets
from kindling.embedded.serving import running
from kindling.embedded.valkey import Valkey
from kindling.supervisor.plan import list_search_path
from tests.product import ROOT, find_ports, wait_for

LOG_IN = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
user = get_user_model().objects.create_user("ada@example.org", name="Ada")
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "apps.accounts.backends.Backend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
print("session", session.session_key)
"""


class Site:
    """Migrated and with its courses. `visitor` and `student` are browsers, `log` is what the web process wrote."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._engines: dict[str, Engine] = {"postgres": Postgres(data), "valkey": Valkey(data)}
        self._running: dict[str, AbstractContextManager[subprocess.Popen[bytes]]] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.url = f"http://127.0.0.1:{find_ports()}/"

    @property
    def log(self) -> str:
        return (self._data / "web.log").read_text()

    def start(self, name: str) -> None:
        """Starts an engine; returns when it answers."""
        engine = self._engines[name]
        self._running[name] = running(engine, self._data / f"{name}.log")
        self._processes[name] = self._running[name].__enter__()
        wait_for(engine.answers, name)

    def kill(self, name: str) -> None:
        self._processes[name].kill()
        self._processes[name].wait()
        self._running[name].__exit__(None, None, None)

    def stop(self) -> None:
        for name, process in self._processes.items():
            if process.poll() is None:
                self._running[name].__exit__(None, None, None)

    def manage(self, *words: str) -> str:
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def serving(self) -> Iterator[None]:
        port = self.url.rstrip("/").rpartition(":")[2]
        server = ["granian", "--interface=wsgi", "--host=127.0.0.1", f"--port={port}", "--http=1", "--no-ws"]
        with (self._data / "web.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *server, "--blocking-threads=4", "kindling.supervisor.wsgi:application"],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                preexec_fn=bind(signal.SIGKILL),
            )
        try:
            wait_for(self._answers, "the site", seconds=180)
            yield
        finally:
            process.terminate()
            process.wait(20)

    @property
    def _environment(self) -> dict[str, str]:
        return {
            "PYTHONPATH": list_search_path(ROOT),
            "DATABASE_URL": name_database(self._data),
            "VALKEY_URL": name_valkey(self._data, user="web", password=Secrets.read(self._data).valkey_web),
            "KINDLING_DATA": str(self._data),
        }

    def _answers(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(self.url).status_code == 200
        return False


@contextmanager
def running_site(data: Path) -> Iterator[Site]:
    """Costs about six seconds."""
    site = Site(data)
    try:
        site.start("postgres")
        site.start("valkey")
        site.manage("migrate", "--verbosity=0")
        site.manage("course", "import")
        site.manage("collectstatic", "--no-input", "--verbosity=0")
        with site.serving():
            yield site
    finally:
        site.stop()
