"""The process at the top: starts the supervisor, starts it again when it is killed, and lets nothing outlive itself."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from kindling.embedded.birth import adopt_orphans, follow_parent
from kindling.supervisor.descendants import end_descendants
from kindling.supervisor.supervisor import SIGNALS

LEFTOVER_PATIENCE = 3.0
"""Seconds for the engines to end in order when their supervisor was killed."""
MOST_KILLS = 5
"""Deaths of the supervisor within a minute after which something is wrong that a restart does not mend."""


def keep_alive(supervise: Callable[[], int], say: Callable[[str], None]) -> int:
    """Runs `supervise` in a child until it returns; answers its exit code. Call it before any thread exists."""
    adopt_orphans()
    guard = _Guard(supervise, say)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, guard.hand_on)
    code = guard.run()
    end_descendants(patience=LEFTOVER_PATIENCE)
    return code


class _Guard:
    def __init__(self, supervise: Callable[[], int], say: Callable[[str], None]) -> None:
        self._supervise = supervise
        self._say = say
        self._pid = 0
        self._stopping = False

    def hand_on(self, number: int, frame: FrameType | None) -> None:
        """A signal that asks for the end is the supervisor's to follow."""
        self._stopping = True
        if self._pid:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGTERM)

    def run(self) -> int:
        kills: list[float] = []
        while not self._stopping:
            status = self._run_once()
            if not os.WIFSIGNALED(status):
                return os.waitstatus_to_exitcode(status)
            end_descendants(patience=LEFTOVER_PATIENCE)
            kills = [moment for moment in kills if time.monotonic() - moment < 60] + [time.monotonic()]
            if len(kills) >= MOST_KILLS:
                self._say("The supervisor was killed again and again; giving up.")
                return 1
            if not self._stopping:
                self._say(f"The supervisor was ended by signal {os.WTERMSIG(status)} and is started again.")
        return 0

    def _run_once(self) -> int:
        guard = os.getpid()
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        self._pid = os.fork()
        if self._pid == 0:
            _become_supervisor(guard, self._supervise)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        status = os.waitpid(self._pid, 0)[1]
        self._pid = 0
        return status


def _become_supervisor(guard: int, supervise: Callable[[], int]) -> None:
    """In the child: its signals stay blocked and are waited for; SIGTERM comes also when the guard dies."""
    code = 1
    try:
        os.setsid()
        adopt_orphans()
        follow_parent(signal.SIGTERM)
        if os.getppid() == guard:
            code = supervise()
    finally:
        sys.stdout.flush()
        os._exit(code)
