"""What a run logs under names of its own choosing: numbers, and pieces such as figures, histograms and texts.

Boards and progress bars write here. Names are made fit to be shown and kept apart, numbers go to the reporter as they
come, a few metrics at a time, and of pieces no more than the supervisor takes.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from workers.harness.reporter import REPORTER
from workers.harness.thinning import Point, thin
from workers.runner import policy
from workers.shapes import MAX_COUNT, MAX_NAME

OWN_NAMES = frozenset({"loss", "learning_rate", "gradient_norm"})
"""What the harness calls its own metrics: their steps are the optimiser's, not whatever the student counts."""

MAX_METRICS = 100
_METRICS_PER_TICK = 2
"""40 events a second at most: the supervisor takes 100 of metrics, and drops the loss like any other when there are more."""
_EXACT_POINTS = 100_000
"""Of all logged metrics together, about 2.5 MB of the 8 that the supervisor takes; then 20 points a batch."""
_POINTS_PER_BATCH = 20
_SHARE = 0.9
"""Of what the supervisor takes: what it counts differs by the envelope of a message and by the clock."""

_VALIDATION = re.compile(r"(?:^|[^a-z])(?:val|valid|validation|test|eval|evaluation|dev|holdout)(?:[^a-z]|$)", re.I)


class Logbook:
    """One for the process, begun anew with each run; the student's threads write to it."""

    def __init__(self) -> None:
        self.steps: Callable[[], int] = lambda: 0
        self._clear()

    def install(self, steps: Callable[[], int]) -> None:
        """Begin anew with each run, for the life of this process and its forks. `steps` answers how many steps the
        training has made."""
        self.steps = steps
        REPORTER.on_begin(self._clear)
        REPORTER.on_tick(lambda: self._release(_METRICS_PER_TICK))
        REPORTER.on_end(lambda: self._release(MAX_METRICS))

    def number(self, source: str, name: str, step: int | None, value: float) -> None:
        """One point of a metric; without a step, at the training's. Two sources never share a line: they count
        differently."""
        if not REPORTER.listening:
            return
        series = self._series.get((source, name))
        if series is None:
            if len(self._series) >= MAX_METRICS:
                self.remark(f"Only the first {MAX_METRICS} metrics that this run logs are shown.")
                return
            series = self._series[source, name] = _Series(self._free_name(source, name), kind(name))
        if step is None:
            step = max(series.next, self.steps())
        series.next = step + 1
        series.points.append((max(0, min(step, MAX_COUNT)), value))

    def piece(self, type_: str, data: dict[str, Any]) -> bool:
        """A figure, histogram or text. False when this run has had its share, or when it comes too soon."""
        if not REPORTER.listening or not self._purse(type_).spend(len(json.dumps(data)) + 100):
            return False
        REPORTER.tell(type_, data)
        return True

    def remark(self, text: str) -> None:
        """Tell the student something of ours, once a run, on stderr: where libraries warn."""
        if REPORTER.listening and text not in self._remarks:
            self._remarks.add(text)
            print(f"Kindling: {text}", file=sys.stderr)  # noqa: T201

    def _clear(self) -> None:
        self._series: dict[tuple[str, str], _Series] = {}
        self._names: set[str] = set(OWN_NAMES)
        self._released = 0
        self._purses: dict[str, _Purse] = {}
        self._remarks: set[str] = set()

    def _release(self, most: int) -> None:
        """Hand on the points of so many metrics, those whose points have waited longest."""
        waiting = [series for series in tuple(self._series.values()) if series.points]
        for series in sorted(waiting, key=lambda series: series.released_at)[:most]:
            series.released_at = time.monotonic()
            points = [series.points.popleft() for _ in range(len(series.points))]
            if self._released > _EXACT_POINTS:
                points = thin(points, _POINTS_PER_BATCH)
            self._released += len(points)
            REPORTER.points(series.name, series.kind).extend(points)

    def _free_name(self, source: str, name: str) -> str:
        free = fit_name(name)
        if free in self._names:
            free = f"{free[: MAX_NAME - len(source) - 3]} ({source})"
        self._names.add(free)
        return free

    def _purse(self, type_: str) -> _Purse:
        return self._purses.setdefault(type_, _Purse(policy.CLAIMS[type_]))


class _Series:
    def __init__(self, name: str, kind: str) -> None:
        self.name = name
        self.kind = kind
        self.next = 0
        self.points: deque[Point] = deque()
        self.released_at = 0.0


class _Purse:
    """What may still be told of one type, a little less than the supervisor's own count of it."""

    def __init__(self, budget: policy.Budget) -> None:
        self._budget = budget
        self._bytes = budget.bytes * _SHARE
        self._events = budget.burst * _SHARE
        self._filled_at = time.monotonic()

    def spend(self, size: int) -> bool:
        now = time.monotonic()
        grown = self._events + (now - self._filled_at) * self._budget.per_s * _SHARE
        self._events, self._filled_at = min(self._budget.burst * _SHARE, grown), now
        if size > self._bytes or self._events < 1:
            return False
        self._bytes -= size
        self._events -= 1
        return True


def kind(name: str) -> str:
    """`validation` for what the name says was measured on data that is not trained on, else `scalar`."""
    return "validation" if _VALIDATION.search(name) else "scalar"


def fit_name(name: str, otherwise: str = "unnamed") -> str:
    """The name as events carry it: printable, in one line, not too long, not empty."""
    printable = "".join(character if character.isprintable() else " " for character in name[: 10 * MAX_NAME])
    return " ".join(printable.split())[:MAX_NAME] or otherwise


LOGBOOK = Logbook()
