"""The one thread of ours beside the student's: it hears what is asked of the run at once, and sends the news in beats.

20 beats a second while a run is young; later 10, since each costs the training a third of a millisecond.
"""

from __future__ import annotations

import _thread
import time
from collections.abc import Callable
from contextlib import suppress

from workers.harness.wire import Wire
from workers.protocol import BadMessage, Control, decode

PERIOD_S = 0.05
CALM_PERIOD_S = 0.1
_YOUNG_S = 3.0


class Pulse:
    """Beats from `start` to `stop`. Not known to `threading`: the student's code counts its own threads only."""

    def __init__(self) -> None:
        self._wire: Wire | None = None

    def start(self, wire: Wire, beat: Callable[[], None], hear: Callable[[Control], None]) -> None:
        """None is really started for a rehearsal, since a zygote with a second thread could not fork."""
        self._wire = wire
        if wire.connected:
            with suppress(RuntimeError):  # no thread to be had under the run's limits: everything is sent at the end
                _thread.start_new_thread(self._go, (wire, beat, hear))

    def stop(self) -> None:
        """No beat begins after this."""
        self._wire = None

    def _go(self, wire: Wire, beat: Callable[[], None], hear: Callable[[Control], None]) -> None:
        began = time.monotonic()
        due = began + PERIOD_S
        while self._wire is wire:
            lines = wire.lines_within(max(due - time.monotonic(), 0.001))
            with suppress(Exception):  # whatever fails in the watching, the run goes on, and the next beat comes
                for line in lines:
                    _pass(line, hear)
                if time.monotonic() >= due and self._wire is wire:
                    beat()
            if (now := time.monotonic()) >= due:
                due = now + (PERIOD_S if now - began < _YOUNG_S else CALM_PERIOD_S)


def _pass(line: bytes, hear: Callable[[Control], None]) -> None:
    with suppress(BadMessage):
        message = decode(line)
        if isinstance(message, Control):
            hear(message)
