"""How far a run has come, how fast it goes, and how long it will take."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from workers.harness.loops import Plan


@dataclass(frozen=True, slots=True)
class Count:
    """What has been done: steps of optimisers, backward passes, and how many of these make a step (0: unknown)."""

    steps: int
    backwards: int
    passes_a_step: float = 0.0

    @property
    def shown(self) -> int:
        """Steps of the optimisers; backward passes where a loop updates its weights by hand."""
        return self.steps or self.backwards


class Pace:
    """Of one run. Time in which it was paused does not count."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """A run begins now."""
        self.plan: Plan | None = None
        self._began = time.monotonic()
        self._told = Count(0, 0)
        self._told_at = 0.0
        self._first: tuple[float, int] | None = None

    def news(self, count: Count, paused_s: float) -> dict[str, Any] | None:
        """The data of a `progress` event, if there is any progress."""
        if count.shown == self._told.shown:
            return None
        now = time.monotonic() - self._began - paused_s
        if count.shown < self._told.shown:  # passes were counted, and now there is an optimiser whose steps can be
            self._told, self._told_at = Count(0, 0), 0.0
        rate = (count.shown - self._told.shown) / max(now - self._told_at, 1e-6)
        self._first = self._first or (now, count.backwards)
        self._told, self._told_at = count, now
        return {"step": count.shown, "total": self._total(count), "rate": round(rate, 1), **self._outlook(count, now)}

    def _total(self, count: Count) -> int | None:
        """The loops tell backward passes; where gradients are accumulated, several make a step."""
        total = self.plan.passes if self.plan else None
        if total is None or count.backwards > total:
            return None
        if count.steps and count.passes_a_step > 1:
            total = max(round(total / count.passes_a_step), count.steps)
        return total if count.shown <= total else None

    def _outlook(self, count: Count, now: float) -> dict[str, Any]:
        """Epoch, epochs and seconds left, where the loops tell them."""
        plan = self.plan
        if plan is not None and plan.counter is not None:
            return _counted(plan, plan.counter.epoch(), now)
        if plan is None or plan.passes is None or count.backwards > plan.passes:
            return {}
        per_epoch = plan.passes // plan.epochs
        told: dict[str, Any] = {"epoch": max(0, count.backwards - 1) // per_epoch + 1, "epochs": plan.epochs}
        assert self._first is not None  # noqa: S101 - set by the only caller
        first_at, first = self._first
        if count.backwards > first and now > first_at:
            told["left_s"] = round((plan.passes - count.backwards) * (now - first_at) / (count.backwards - first), 1)
        return told


def _counted(plan: Plan, epoch: int | None, now: float) -> dict[str, Any]:
    """From the epochs that are over; the first one tells nothing of how long they take."""
    if epoch is None:
        return {}
    told: dict[str, Any] = {"epoch": epoch, "epochs": plan.epochs}
    if epoch > 1:
        told["left_s"] = round((plan.epochs - epoch + 1) * now / (epoch - 1), 1)
    return told
