"""A run's clock: it leaves out the time that the run is paused, unless the run works on meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Starts when it is made. `cpu_s` tells the CPU seconds that the run has used so far.

    A pause stops the clock for as long as the run rests: CPU time used during a pause counts as time, so that a run
    that only says it were paused gains nothing.
    """

    def __init__(self, cpu_s: Callable[[], float], now: Callable[[], float] = time.monotonic) -> None:
        self._cpu_s = cpu_s
        self._now = now
        self._began = now()
        self._rested_s = 0.0
        self._paused_at: float | None = None
        self._cpu_s_at_pause = 0.0

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start, whatever happened."""
        return self._now() - self._began

    @property
    def paused_s(self) -> float:
        """Seconds of rest, up to now: what the clock leaves out."""
        return self._rested_s + self._resting_s()

    @property
    def running_s(self) -> float:
        """Seconds that count."""
        return self.elapsed_s - self.paused_s

    @property
    def stands(self) -> bool:
        """Whether there is a pause now."""
        return self._paused_at is not None

    def pause(self) -> None:
        """Stop the clock; harmless when it stands."""
        if self._paused_at is None:
            self._paused_at = self._now()
            self._cpu_s_at_pause = self._cpu_s()

    def resume(self) -> None:
        """Let the clock go on; harmless when it does."""
        self._rested_s += self._resting_s()
        self._paused_at = None

    def _resting_s(self) -> float:
        if self._paused_at is None:
            return 0.0
        worked_s = self._cpu_s() - self._cpu_s_at_pause
        return max(0.0, self._now() - self._paused_at - worked_s)
