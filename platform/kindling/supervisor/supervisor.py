"""Starts programs, restarts what dies, stops them in order. One thread, one place that waits: `turn`."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from kindling.supervisor.child import Child
from kindling.supervisor.descendants import list_children
from kindling.supervisor.logs import Logs
from kindling.supervisor.program import Program
from kindling.supervisor.refusal import Refusal

SIGNALS = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
LOOK_AT_LOGS = 5.0
WORTH_TELLING = 4
"""Deaths of a program in a row that are told at the terminal; its log has them all."""


class Stopped(Exception):
    """Somebody asked the supervisor to stop."""


class Supervisor:
    """The signals of this process must be blocked (`SIGNALS`) and its orphans adopted before it starts anything."""

    def __init__(self, logs: Logs, say: Callable[[str], None]) -> None:
        self.logs = logs
        self.say = say
        self._children: dict[str, Child] = {}
        self._logs_looked_at = 0.0

    def start(self, *programs: Program) -> None:
        for program in programs:
            child = self._children[program.name] = Child(program, self.logs)
            if problem := child.try_to_start():
                raise Refusal(problem)

    def wait_until(self, ready: Callable[[], bool], program: Program, *, seconds: float) -> None:
        """Goes on supervising until `ready()`; a `Refusal` with the program's last words when that takes too long."""
        deadline = time.monotonic() + seconds
        while not ready():
            self.turn(0.02)
            if time.monotonic() > deadline:
                last = self.logs.read_last_line(program.name) or "it wrote nothing"
                raise Refusal(f"{program.name} does not start ({self.logs.name(program.name)} ends: {last}).")

    def run(self) -> None:
        """Supervises until somebody stops it (`Stopped`)."""
        while True:
            self.turn(1.0)

    def turn(self, seconds: float) -> None:
        """Waits for a signal or a restart that is due, at most so long, and does what there is to do."""
        due = [child.due for child in self._children.values() if child.process is None]
        pause = max(0.0, min([seconds, *(moment - time.monotonic() for moment in due)]))
        heard = signal.sigtimedwait(SIGNALS, pause)
        if heard and heard.si_signo != signal.SIGCHLD:
            raise Stopped
        if heard:
            self._bury()
        self._restart()
        self._look_at_logs()

    def stop(self, groups: Sequence[Sequence[str]]) -> None:
        """Ends the programs, a group after the other; those of a group together."""
        for group in groups:
            children = [self._children[name] for name in group if name in self._children]
            self._end([child for child in children if child.process])

    def _bury(self) -> None:
        for child in self._children.values():
            if (fate := child.notice_death()) and child.deaths <= WORTH_TELLING:
                last = self.logs.read_last_line(child.program.name) or "it wrote nothing"
                again = "again" if child.deaths < WORTH_TELLING else "again and again, from here on without a word"
                self.say(f"{child.program.name} {fate} and is started {again} ({last}).")
        self._end_orphans()

    def _end_orphans(self) -> None:
        """What a dead program left behind was adopted by us: it may hold its port, and nobody else ends it."""
        known = {child.pid for child in self._children.values()}
        for pid in list_children(os.getpid()) - known:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)

    def _restart(self) -> None:
        now = time.monotonic()
        for child in self._children.values():
            if child.process is None and child.due <= now and (problem := child.try_to_start()):
                self.say(f"{child.program.name} could not be started: {problem}")

    def _look_at_logs(self) -> None:
        if time.monotonic() - self._logs_looked_at > LOOK_AT_LOGS:
            self._logs_looked_at = time.monotonic()
            self.logs.trim()

    def _end(self, children: Sequence[Child]) -> None:
        started = time.monotonic()
        for child in children:
            if child.process:
                child.process.send_signal(child.program.stop_signal)
        while waiting := [child for child in children if child.process and child.process.poll() is None]:
            heard = signal.sigtimedwait(SIGNALS, 0.05)
            impatient = heard is not None and heard.si_signo != signal.SIGCHLD  # asked to stop a second time
            for child in waiting:
                if child.process and (impatient or time.monotonic() - started > child.program.patience):
                    child.process.kill()
        for child in children:
            child.process = None
        self._end_orphans()
