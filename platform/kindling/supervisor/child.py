"""One program and the process that runs it now."""

from __future__ import annotations

import random
import subprocess
import time

from kindling.embedded.birth import bind
from kindling.embedded.engine import DidNotStart
from kindling.supervisor.logs import Logs
from kindling.supervisor.program import Program

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 10.0
STEADY = 30.0
"""Seconds after which a program counts as running well: its next death is a first one again."""


class Child:
    """Starts its program, and starts it again after a pause that doubles with each death in a row."""

    def __init__(self, program: Program, logs: Logs) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.due = 0.0
        """When to start it next, by the monotonic clock."""
        self._logs = logs
        self._started = 0.0

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def start(self) -> None:
        """Raises `DidNotStart` or `OSError` when the program cannot even be started."""
        self._started = time.monotonic()
        self.program.prepare()
        with self._logs.open(self.program.name) as log:
            self.process = subprocess.Popen(
                self.program.command,
                cwd=self.program.folder,
                env=dict(self.program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C at the terminal is for the guard, which stops things in order
                preexec_fn=bind(self.program.orphan_signal, self.program.identity),
            )

    def try_to_start(self) -> str:
        """What went wrong, "" when nothing did."""
        try:
            self.start()
        except (DidNotStart, OSError, subprocess.SubprocessError) as error:
            self.plan_restart()
            return str(error)
        return ""

    def notice_death(self) -> str:
        """What happened to the process, in words, or "" while it runs. Plans the restart."""
        if self.process is None or (status := self.process.poll()) is None:
            return ""
        self.process = None
        self.plan_restart()
        return f"was ended by signal {-status}" if status < 0 else f"ended with exit code {status}"

    def plan_restart(self) -> None:
        now = time.monotonic()
        self.deaths = 1 if now - self._started > STEADY else self.deaths + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self.deaths - 1))
        self.due = now + pause * random.uniform(0.75, 1.25)  # noqa: S311  (jitter: what died together restarts apart)
