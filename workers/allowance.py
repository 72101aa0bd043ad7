"""How long a runner may take over one attempt before the worker takes it for forgotten."""

from __future__ import annotations

import time

from workers.protocol import Job, State

PAUSE_S = 600.0
"""The longest that a run may be paused in all; the runner goes on by itself then."""

OVERTIME_S = 60.0
"""Beyond what the run itself may take: start, end, and a runner that is slow."""


class Allowance:
    """The clock of one attempt: from its start, or from now until it starts; the time spent paused is left out.

    The runner keeps the real limits. This one holds when the runner has lost its mind.
    """

    def __init__(self, job: Job) -> None:
        # A second run answers the questions of the checks, and a third one when that is lost.
        runs = 3 if job.checks else 1
        self._allowed_s = runs * job.limits.wall_s + OVERTIME_S
        self._state: State | None = None
        self._begun_at = time.monotonic()
        self._paused_at: float | None = None
        self._paused_s = 0.0

    def notice(self, state: State) -> None:
        """The attempt is in this state now; harmless when repeated."""
        now = time.monotonic()
        if self._state is None:
            self._begun_at = now  # before, it may have waited for a free slot
        if self._paused_at is not None and state is not State.PAUSED:
            self._paused_s += now - self._paused_at
            self._paused_at = None
        if self._paused_at is None and state is State.PAUSED:
            self._paused_at = now
        self._state = state

    @property
    def paused_s(self) -> float:
        """How long it has been paused, up to now."""
        going_on = 0.0 if self._paused_at is None else time.monotonic() - self._paused_at
        return self._paused_s + going_on

    @property
    def spent_s(self) -> float:
        """How long it has been at work."""
        return time.monotonic() - self._begun_at - self.paused_s

    @property
    def is_over(self) -> bool:
        return time.monotonic() - self._begun_at - min(self.paused_s, PAUSE_S) > self._allowed_s
