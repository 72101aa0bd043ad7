"""A real runner with real sandboxes, and what it tells of a run."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from workers.protocol import Check, Control, Event, Exit, Job, Limits, Machine, Stop, Survey, decode, encode

ROOT = Path(__file__).resolve().parents[3]
IDLE = 3 + 2 * 2
"""Processes of a runner with one slot and nothing to do: two of bubblewrap, the zygote, and two of each spare cell."""


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that a runner said of one run; no exit when it closed the connection without one."""

    events: list[Event]
    exit: Exit | None

    @property
    def outcome(self) -> str | None:
        """The final state."""
        return str(self.exit.outcome) if self.exit else None

    @property
    def message(self) -> str:
        """The sentence for the student."""
        return self.exit.message if self.exit else ""

    def text(self, *streams: str) -> str:
        """What was printed, in order; both streams unless told."""
        chosen = streams or ("stdout", "stderr")
        return "".join(event.data["text"] for event in self.events if event.type in chosen)

    def data(self, type_: str) -> list[dict[str, Any]]:
        """Of the events of one type."""
        return [event.data for event in self.events if event.type == type_]

    @property
    def losses(self) -> list[list[Any]]:
        """All points of the loss, joined."""
        return self.points("loss")

    def points(self, name: str) -> list[list[Any]]:
        """All points of one metric, joined."""
        return [point for metric in self.data("metric") if metric["name"] == name for point in metric["points"]]


class Conversation:
    """One connection to the runner."""

    def __init__(self, path: Path, job: Job) -> None:
        self._job = job
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(120)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")
        self._events: list[Event] = []
        self._exit: Exit | None = None
        self._socket.sendall(encode(job))

    def stop(self) -> None:
        """The student pressed stop."""
        self._socket.sendall(encode(Stop(run=self._job.run)))

    def control(self, verb: str, *, id_: str = "c", of: str = "modules", name: str = "") -> None:
        """The student pressed pause, resume, step or inspect."""
        self._socket.sendall(encode(Control(run=self._job.run, id=id_, verb=verb, of=of, name=name)))

    def leave(self) -> None:
        """The worker dies."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._lines.close()
        self._socket.close()

    def until(self, type_: str, text: str = "") -> Event:
        """Read on to an event of this type (with this text in its data)."""
        for event in self._read():
            if event.type == type_ and text in str(event.data):
                return event
        raise AssertionError(f"no {type_} event with {text!r}; the run ended as {self._exit} after {self._events}")

    def rest(self) -> Told:
        """Read to the end."""
        for _ in self._read():
            pass
        self.close()
        return Told(self._events, self._exit)

    def _read(self) -> Iterator[Event]:
        for line in self._lines:
            message = decode(line)
            if isinstance(message, Exit):
                self._exit = message
                return
            assert isinstance(message, Event)
            self._events.append(message)
            yield message


class Runner:
    """`python -m workers.runner`, as `make up` starts it: no environment to speak of."""

    def __init__(
        self,
        folder: Path,
        slots: int = 1,
        path: str = "/usr/bin:/bin",
        *,
        tier: str = "",
        launcher: Sequence[str] = (),
        root: Path = ROOT,
    ) -> None:
        self.socket = folder / "runner.sock"
        self.log = folder / "runner.log"
        self._conversations: list[Conversation] = []
        command = [sys.executable, "-m", "workers.runner", "--socket", str(self.socket), "--slots", str(slots)]
        command = [*launcher, *command, *(["--tier", tier] if tier else [])]
        environment = {"PATH": path, **({"PYTHONPATH": str(ROOT)} if launcher else {})}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=root, env=environment, stderr=log)
        self._supervisor = self.process.pid
        try:
            wait_until(self._listens)
        except AssertionError as error:
            self.close()
            raise AssertionError(f"the runner did not start: {self.log.read_text()}") from error

    def _listens(self) -> bool:
        """The socket is there a moment before anybody listens at it."""
        assert self.process.poll() is None, "it has ended"
        with socket.socket(socket.AF_UNIX) as line, suppress(OSError):
            line.connect(str(self.socket))
            return True
        return False

    def survey(self) -> Machine:
        """Ask what the runner is."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.socket))
            line.sendall(encode(Survey()))
            answer = decode(line.makefile("rb").readline())
            assert isinstance(answer, Machine)
            return answer

    def start(
        self, code: str, *, run: str = "", device: str = "cpu", checks: Sequence[Check] = (), **limits: Any
    ) -> Conversation:
        """Send a job; limits as in `Limits`."""
        run = run or str(uuid4())
        job = Job(run=run, fence=1, code=code, device=device, limits=Limits(**limits), checks=list(checks))
        self._conversations.append(Conversation(self.socket, job))
        return self._conversations[-1]

    def run(self, code: str, **limits: Any) -> Told:
        """Send a job and wait for its end."""
        return self.start(code, **limits).rest()

    def family(self) -> list[int]:
        """Process ids of everything the runner has started, and of what that has started."""
        return descendants(self.supervisor)

    def zygotes(self) -> list[int]:
        """Process ids of the outer walls, one a slot."""
        return children(self.supervisor)

    @property
    def supervisor(self) -> int:
        """Process id of the runner itself, whatever it was launched by."""
        if not _is_runner(self._supervisor):  # it is looked for once: by whatever it was launched, it stays the same
            candidates = (self.process.pid, *descendants(self.process.pid))
            self._supervisor = next((process for process in candidates if _is_runner(process)), self.process.pid)
        return self._supervisor

    def close(self) -> None:
        """As `make up` ends it."""
        for conversation in self._conversations:
            conversation.close()
        self.process.terminate()
        self.process.wait(60)


@contextmanager
def started(folder: Path, slots: int = 1) -> Iterator[Runner]:
    """A runner that is warm: it has run something in every slot's zygote."""
    runner = Runner(folder, slots)
    try:
        assert runner.run("print('warm')").outcome == "succeeded", runner.log.read_text()
        yield runner
    finally:
        runner.close()


def wait_until(true: Callable[[], object], seconds: float = 120) -> None:
    """Poll; fails when it has not become true in time. A busy machine is slow, not wrong: a zygote takes four seconds of CPU."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def children(process: int) -> list[int]:
    """Direct children, by process id."""
    return _offspring().get(process, [])


def descendants(process: int) -> list[int]:
    """Children and theirs, by process id, as they were at one moment."""
    offspring = _offspring()
    found = [process]
    for each in found:
        found += offspring.get(each, [])
    return found[1:]


def _offspring() -> dict[int, list[int]]:
    """Every process's children."""
    offspring: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208  tests look thousands of times
        offspring.setdefault(_parent(name), []).append(int(name))
    return offspring


def alive(process: int) -> bool:
    """Whether the process exists and is more than a zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _is_runner(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")[1:3] == [b"-m", b"workers.runner"]
    except OSError:
        return False


def _parent(process: str) -> int:
    try:
        with open(f"/proc/{process}/stat", "rb") as stat:  # noqa: PTH123
            return int(stat.read().rpartition(b")")[2].split(None, 2)[1])
    except OSError:
        return 0


def is_root() -> bool:
    """Whether the tests run as root; the sandbox must hold either way."""
    return os.geteuid() == 0
