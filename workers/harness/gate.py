"""Where a run waits: the student's thread passes it at each step, and does there what is asked of the run.

Asked things are done at the next step boundary, where the student would look: after an optimiser's step, or before a
backward pass where there is no optimiser. When none comes within a second, a signal lets the student's thread do them
between two bytecodes, wherever it is. All of them, the looking too, happen in the student's thread: nothing moves
meanwhile, and a waiting run costs no CPU time.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from workers.protocol import Control

_SIGNAL = signal.SIGRTMAX - 3
"""One that neither Python nor the libraries nor, one hopes, the student uses."""

_PATIENCE_S = 1.0
_SIGNAL_EVERY_S = 0.25
_MISSED_S = 1.5
_GIVE_UP_S = 6.0
_OURS = os.path.dirname(__file__) + os.sep  # noqa: PTH120
_STAGE = ("student.py", "zygote.py", "questions.py")
"""Of ours, what lies below the student's code on the stack."""


class Gate:
    """Open until asked. `hear` and `urge` are the pulse's; `attend` is called by the student's thread when `waiting`."""

    def __init__(self) -> None:
        self._say: Callable[[str], None] = lambda word: None
        self._inspect: Callable[[Control], bool] = lambda control: False
        self._refuse: Callable[[Control], None] = lambda control: None
        self.waiting = self._stepping = self._inside = False
        self.paused_s = self._since = self._signalled = 0.0
        self._student = 0
        self._asked: queue.SimpleQueue[Control] = queue.SimpleQueue()
        self._open = threading.Event()
        self._open.set()

    def begin(
        self, say: Callable[[str], None], inspect: Callable[[Control], bool], refuse: Callable[[Control], None]
    ) -> None:
        """For the run that begins now in this thread. `inspect` answers, or says that the answer needs a step (true);
        `refuse` answers that nothing could be seen."""
        self._clear()
        self._say, self._inspect, self._refuse = say, inspect, refuse
        self._student = threading.get_ident()
        with suppress(ValueError):  # a run that does not begin in the main thread hears no signals
            signal.signal(_SIGNAL, self._on_signal)
            signal.siginterrupt(_SIGNAL, False)

    def end(self) -> None:
        """Whoever still waits for an answer gets one."""
        self._student = 0
        self._turn_away()

    def abandon(self) -> None:
        """In a forked child nothing is asked."""
        self._clear()

    def hear(self, control: Control) -> None:
        """Somebody asks."""
        self._since = self._since or time.monotonic()
        self._asked.put(control)
        self.waiting = True

    def urge(self) -> None:
        """See to it that what is asked is done even where no step comes."""
        waited = time.monotonic() - self._since if self._since else 0.0
        if waited > _GIVE_UP_S:
            self._turn_away()
        if waited > _PATIENCE_S and self._student and time.monotonic() - self._signalled > _SIGNAL_EVERY_S:
            self._signalled = time.monotonic()
            with suppress(OSError):
                signal.pthread_kill(self._student, _SIGNAL)

    def attend(self, *, at_step: bool = True) -> None:
        """Do what is asked, and wait while paused. Other threads that train wait for the one that is the student's,
        unless that does not come, since it waits for them: then it is done here."""
        if self._is_missed():
            self._student = threading.get_ident()
        if threading.get_ident() != self._student:
            self._open.wait()
        elif not self._inside:
            self._inside = True
            try:
                self._serve(at_step)
            finally:
                self._inside = False
                self.waiting = self._stepping or not self._asked.empty()

    def _is_missed(self) -> bool:
        """Whether neither a step nor a signal has brought the student's thread here."""
        since = self._since
        return bool(self._student and since and not self._inside and time.monotonic() - since > _MISSED_S)

    def _clear(self) -> None:
        self.waiting = self._stepping = self._inside = False
        self.paused_s = self._since = self._signalled = 0.0
        self._student = 0
        self._asked = queue.SimpleQueue()
        self._open = threading.Event()
        self._open.set()

    def _serve(self, at_step: bool) -> None:
        paused_at = 0.0
        if self._stepping and at_step:
            paused_at = self._pause()
        try:
            while (control := self._next(wait=bool(paused_at))) is not None:
                if control.verb == "inspect":
                    self._stepping = self._inspect(control) and bool(paused_at)
                elif control.verb == "resume" or (control.verb == "step" and paused_at):
                    self._stepping = control.verb == "step"
                    paused_at = paused_at or time.monotonic()
                else:
                    paused_at = paused_at or self._pause()
                    continue
                if self._stepping or control.verb != "inspect":
                    break
        finally:
            if paused_at:
                self._resume(paused_at)

    def _next(self, *, wait: bool) -> Control | None:
        self._since = 0.0
        try:
            return self._asked.get(block=wait)
        except queue.Empty:
            return None

    def _pause(self) -> float:
        self._stepping = False
        self._open.clear()
        self._say("paused")
        return time.monotonic()

    def _resume(self, paused_at: float) -> None:
        self.paused_s += time.monotonic() - paused_at
        self._open.set()
        self._say("resumed")

    def _turn_away(self) -> None:
        """Answer the inspections that the student's thread does not come to; a pause stays asked for."""
        self._since = 0.0
        kept = []
        with suppress(queue.Empty):
            while True:
                control = self._asked.get_nowait()
                if control.verb == "inspect":
                    self._refuse(control)
                else:
                    kept.append(control)
        for control in kept:
            self.hear(control)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.waiting and not self._inside and not _is_ours(frame):
            self.attend(at_step=False)


def _is_ours(frame: FrameType | None) -> bool:
    """Whether the student's thread is inside our own code, which may hold a lock that the pulse needs."""
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(_OURS) and not path.endswith(_STAGE):
            return True
        frame = frame.f_back
    return False
