"""The whole product under a test: `make up` as a person has it, in a folder and on ports of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from kindling.embedded.birth import bind

ROOT = Path(__file__).resolve().parents[1]

MARKS = {
    "postgres": r"/postgres -D",
    "valkey": r"valkey-server ",
    "web": r"-m granian ",
    "streams": r"-m kindling\.streams ",
    "control": r"--app=kindling\.celery worker ",
    "scheduler": r"--app=kindling\.celery beat ",
    "worker": r"--app=workers\.celery ",
    "runner": r"-m workers\.runner ",
}
"""By which part of its command line each process is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    email: str
    password: str


class Product:
    """A running `up`. `url` is the site's root (ends in /), `streams_url` the live events' origin."""

    def __init__(self, data: Path, environment: Mapping[str, str] | None = None) -> None:
        self.data = data
        self.logs = data / "log"
        self.port = find_ports()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.streams_url = f"http://127.0.0.1:{self.port + 1}"
        self.logins: dict[str, Login] = {}
        """By role; empty when the data folder had its first start earlier."""
        self._environment = environment or {}
        self._printed = data.with_name(f"{data.name}.out")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process at the top, the guard; its child is the supervisor."""
        assert self._process
        return self._process.pid

    @property
    def printed(self) -> str:
        """What a person at the terminal has seen so far."""
        return self._printed.read_text()

    @property
    def pids(self) -> dict[str, int]:
        """The processes by name (`MARKS`, and "supervisor"), as they run now."""
        families = read_families()
        top = families[self.pid]
        found = {"supervisor": top[0]} if top else {}
        for pid in families[top[0]] if top else []:
            for name, mark in MARKS.items():
                if re.search(mark, read_command(pid) + " "):
                    found[name] = pid
        return found

    def begin(self) -> None:
        """Starts the command without waiting for the site."""
        with self._printed.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env=self._describe_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=bind(signal.SIGTERM),
            )

    def start(self, *, seconds: float = 600) -> None:
        """Starts it and returns when the site answers; fails with what it printed."""
        self.begin()
        wait_for(lambda: "Kindling is at" in self.printed or not self.is_running, "the site", seconds=seconds)
        assert self.is_running, self.printed
        self.logins |= {
            role: Login(email=email, password=password)
            for role, email, password in re.findall(r"^  (\w+) +(\S+@\S+) +(\S+)$", self.printed, re.MULTILINE)
        }

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def is_verified(self) -> bool:
        """Whether the shipped chapter says so: that begins by itself after the start, and takes some seconds."""
        with urllib.request.urlopen(f"{self.url}courses/pytorch-essentials/introduction/", timeout=30) as answer:  # noqa: S310
            return "Verified on torch" in answer.read().decode()

    def finish(self, *, seconds: float = 180) -> int:
        """Waits until the command has ended by itself; its exit code."""
        assert self._process
        return self._process.wait(seconds)

    def stop(self) -> int:
        """As Ctrl-C does; returns when everything has ended."""
        if self.is_running:
            os.kill(self.pid, signal.SIGINT)
        return self.finish()

    def kill(self, name: str) -> int:
        """kill -9 of one process by name, as soon as it is there; answers the pid it had."""
        pid = self.wait_for_return(name, 0)
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_for_return(self, name: str, killed: int, *, seconds: float = 120) -> int:
        """Waits until another process of that name runs; its pid. It may die again: one look must do."""
        found = killed

        def has_returned() -> bool:
            nonlocal found
            found = self.pids.get(name, killed)
            return found != killed

        wait_for(has_returned, f"another {name}", seconds=seconds)
        return found

    def list_all(self) -> set[int]:
        """Every process of the tree, the one at the top included."""
        families = read_families()
        found, waiting = {self.pid}, [self.pid]
        while waiting:
            children = [pid for pid in families[waiting.pop()] if pid not in found]
            found.update(children)
            waiting.extend(children)
        return found

    def _describe_environment(self) -> dict[str, str]:
        ours = {"DATABASE_URL", "VALKEY_URL", "HOST", "DJANGO_SETTINGS_MODULE"}
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in ours and not name.startswith(("KINDLING_", "PYTEST_"))
        }
        return {**inherited, "KINDLING_DATA": str(self.data), "PORT": str(self.port), **self._environment}


@contextmanager
def running_product(data: Path, environment: Mapping[str, str] | None = None) -> Iterator[Product]:
    """A product over this data folder, stopped at the end; start it again with `start` after a `stop`."""
    product = Product(data, environment)
    with ExitStack() as stack:
        stack.callback(product.stop)
        product.start()
        yield product


def find_ports() -> int:
    """A port that is free now, and so is the next one."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            with suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                return port


def wait_for(condition: Callable[[], bool], what: str, *, seconds: float = 120) -> None:
    """Returns as soon as `condition()` is true; fails after so many seconds: a busy machine is slow, not wrong."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.05)


def list_children(pid: int) -> list[int]:
    """Direct children, the dead ones left out."""
    return read_families()[pid]


def read_families() -> defaultdict[int, list[int]]:
    """The living children of every process of the machine, by one look at /proc."""
    families: defaultdict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = entry.read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                families[int(parent)].append(int(entry.parent.name))
    return families


def read_command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that is dead and not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
