"""The harness in a process of its own, without a sandbox and without a runner: we hold the other end of its wire."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from workers.protocol import Control, Job, encode
from workers.runner import policy
from workers.shapes import rebuild

ROOT = Path(__file__).resolve().parents[3]
_CHILD = """
import os, socket, sys
from workers.harness import compiler, ecosystem, student
from workers.harness.meter import METER
from workers.runner.setting import Room
compiler.put_off()
METER.install()
ecosystem.install(lambda: METER.steps)
student.rehearse()
for request in iter(lambda: os.read(0, 1), b""):
    receiver = socket.socket(fileno=os.dup(int(sys.argv[1])))
    _, (wire, out, err), *_ = socket.recv_fds(receiver, 1, 3)
    child = os.fork()
    if child:
        os.write(1, b"%d\\n" % child)
    else:
        os.dup2(out, 1), os.dup2(err, 2)
        student.live(socket.socket(fileno=wire), Room(home=sys.argv[2]))
    for descriptor in (wire, out, err):
        os.close(descriptor)
    receiver.close()
"""
_MARKS = ("started", "refused", "end", "paused", "resumed")


class Harness:
    """A warm process that forks one for each run."""

    def __init__(self, home: Path) -> None:
        self._ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(theirs.fileno()), str(home)],
            cwd=ROOT,
            env={**os.environ, **policy.WAITING, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self._runs: list[Driven] = []

    def start(self, code: str, **fields: Any) -> Driven:
        """Run this code; fields as in `Job`."""
        wire, theirs = socket.socketpair()
        out, err = os.pipe(), os.pipe()
        assert self._process.stdin
        assert self._process.stdout
        os.write(self._process.stdin.fileno(), b"r")
        socket.send_fds(self._ours, [b"r"], [theirs.fileno(), out[1], err[1]])
        theirs.close()
        os.close(out[1])
        os.close(err[1])
        job = Job(run=str(uuid4()), fence=1, code=code, **fields)
        self._runs.append(Driven(int(self._process.stdout.readline()), wire, out[0], err[0], job))
        return self._runs[-1]

    def end_runs(self) -> None:
        """Whatever a test has left running."""
        while self._runs:
            self._runs.pop().close()

    def close(self) -> None:
        """End it, and with it whatever it forked."""
        self.end_runs()
        self._process.kill()
        self._process.wait()
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._ours.close()


class Driven:
    """One run; what it tells is checked against the shapes of events."""

    def __init__(self, process: int, wire: socket.socket, out: int, err: int, job: Job) -> None:
        self.process = process
        self._wire, self._out, self._err, self._job = wire, out, err, job
        self._descriptors = [out, err]
        self._rest = b""
        self.told: list[tuple[str, dict[str, Any]]] = []
        assert self._until_line() == b"ready"
        wire.sendall(encode(job))

    def ask(self, verb: str, of: str = "modules", name: str = "") -> str:
        """Send a control; the id of it."""
        control = Control(run=self._job.run, id=str(len(self.told)) + verb, verb=verb, of=of, name=name)
        self._wire.sendall(encode(control))
        return control.id

    def say(self, line: bytes) -> None:
        """Send whatever."""
        self._wire.sendall(line)

    def look(self, of: str, name: str = "") -> dict[str, Any]:
        """Inspect, and wait for the answer."""
        id_ = self.ask("inspect", of, name)
        return self.until("inspection", lambda data: bool(data["id"] == id_))

    def until(self, type_: str, fits: Any = lambda data: True, seconds: float = 30) -> dict[str, Any]:
        """Read on to this claim."""
        for told, data in self._read(seconds):
            if told == type_ and fits(data):
                return data
        raise AssertionError(f"no {type_} came, but {self.told[-5:]} {self._printed(self._err)}")

    def silence(self, seconds: float) -> list[str]:
        """The types of what is told within this time."""
        return [told for told, _ in self._read(seconds)]

    def rest(self) -> str:
        """Read to the end; what was printed to stdout. stderr must be empty."""
        for _ in self._read(60):
            pass
        printed, errors = self._printed(self._out), self._printed(self._err)
        self.close()
        assert not errors, errors
        return printed

    def close(self) -> None:
        """End it, and let go of it. Harmless when repeated."""
        if self._descriptors:
            with suppress(ProcessLookupError):
                os.kill(self.process, signal.SIGKILL)
        self._wire.close()
        while self._descriptors:
            os.close(self._descriptors.pop())

    def data(self, type_: str) -> list[dict[str, Any]]:
        """Of what was told of one type."""
        return [data for told, data in self.told if told == type_]

    def points(self, name: str) -> list[list[Any]]:
        """Of one metric."""
        return [point for data in self.data("metric") if data["name"] == name for point in data["points"]]

    def _read(self, seconds: float) -> Iterator[tuple[str, dict[str, Any]]]:
        end = time.monotonic() + seconds
        while (line := self._until_line(end)) is not None:
            said = json.loads(line)
            type_, data = said["type"], said["data"]
            self.told.append((type_, data if type_ in _MARKS else rebuild(type_, data)))
            yield self.told[-1]

    def _until_line(self, end: float = float("inf")) -> bytes | None:
        while b"\n" not in self._rest:
            left = min(end - time.monotonic(), 60)
            if left <= 0 or not select.select([self._wire], [], [], left)[0]:
                return None
            if not (part := self._wire.recv(1 << 20)):
                return None
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _printed(self, descriptor: int) -> str:
        text = b""
        while select.select([descriptor], [], [], 0)[0] and (part := os.read(descriptor, 1 << 20)):
            text += part
        return text.decode()


@contextmanager
def harness(home: Path) -> Iterator[Harness]:
    """Import torch once for many runs, which have their files in `home`."""
    held = Harness(home)
    try:
        yield held
    finally:
        held.close()
