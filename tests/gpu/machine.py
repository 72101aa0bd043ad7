"""A runner as a worker sees it, for code that runs on a GPU."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workers.protocol import Event, Exit, Job, Limits, Machine, Survey, decode, encode

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 300.0
"""torch that was built for CUDA is slow to import from a cold disk."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a run said, and how it ended."""

    exit: Exit | None
    events: list[Event] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        return str(self.exit.outcome) if self.exit else "no exit"

    @property
    def message(self) -> str:
        return self.exit.message if self.exit else ""

    @property
    def text(self) -> str:
        """What it printed to stdout."""
        return "".join(event.data["text"] for event in self.events if event.type == "stdout")


class Runner:
    """`python -m workers.runner` with one slot for the CPU, and one for each accelerator there is."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "runner.sock"
        self.log = folder / "runner.log"
        command = [sys.executable, "-m", "workers.runner", "--socket", str(self.socket), "--slots", "1"]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env={"PATH": "/usr/bin:/bin"}, stderr=log)
        self._wait()

    def run(self, code: str, *, device: str = "gpu", **limits: Any) -> Told:
        """Send a job and wait for its end."""
        job = Job(
            run=str(uuid.uuid4()), fence=1, code=code, device=device, limits=Limits(**{"memory_mb": 8192, **limits})
        )
        events: list[Event] = []
        for message in self._converse(encode(job)):
            if isinstance(message, Exit):
                return Told(exit=message, events=events)
            if isinstance(message, Event):
                events.append(message)
        return Told(exit=None, events=events)

    def survey(self) -> Machine:
        (machine,) = self._converse(encode(Survey()))
        assert isinstance(machine, Machine)
        return machine

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(30)

    def _converse(self, line: bytes) -> Iterator[object]:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE_S)
            connection.connect(str(self.socket))
            connection.sendall(line)
            for text in connection.makefile("rb"):
                yield decode(text)

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.survey()
            except (OSError, ValueError):
                assert time.monotonic() < until, self.log.read_text()
                time.sleep(0.1)
            else:
                return
