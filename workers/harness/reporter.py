"""What a run has to say of itself, gathered from anywhere and sent a few times a second by one thread.

For whoever watches a part of the student's work (training, bars, boards, figures): `tell` and `observe` may be called
in any thread, cost a microsecond or two, never block and never raise. The pulse sends what has gathered 20 times a
second, 10 times once a run has gone on for a while. `on_begin`, `on_tick`, `on_points` and `on_end` are called once a process, in the zygote, and say what shall
happen in each run.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import torch

from workers.harness.thinning import Point, thin, told
from workers.harness.wire import Wire

Hearer = Callable[[str, str, list[Point]], None]
"""Called with name, kind and points of a metric."""

Gathered = tuple[int, float | torch.Tensor]

Source = Callable[[], list[Point]]
"""Answers what has gathered since it was asked last."""

_EXACT_POINTS = 5000
_POINTS_PER_BATCH = 20
_POINTS_PER_EVENT = 1000
_EVENTS_PER_BATCH = 8
"""Of what was told: 160 a second at most, and the supervisor takes 200 in all."""
_WAITING_EVENTS = 2000
_LAST_EVENTS = 300


class Reporter:
    """One for the process; `begin` and `end` bound the run it speaks of. Outside a run everything is swallowed."""

    def __init__(self) -> None:
        self._hearers: list[Hearer] = []
        self._starts: list[Callable[[], None]] = []
        self._ticks: list[Callable[[], None]] = []
        self._ends: list[Callable[[], None]] = []
        self._sending = threading.Lock()
        self._wire: Wire | None = None
        self._series: dict[str, _Series] = {}
        self._events: deque[tuple[str, dict[str, Any]]] = deque()

    def on_points(self, hearer: Hearer) -> None:
        """For the life of the process: show it each batch of points of every metric, none left out, before it is sent.

        Called in the pulse's thread (the very first batch in the student's). Points of one metric come in order.
        """
        self._hearers.append(hearer)

    def on_tick(self, tick: Callable[[], None]) -> None:
        """For the life of the process: call it in the pulse's thread, at every beat, before what it tells is sent."""
        self._ticks.append(tick)

    def on_begin(self, begin: Callable[[], None]) -> None:
        """For the life of the process: call it when a run begins, before its code does."""
        self._starts.append(begin)

    def on_end(self, end: Callable[[], None]) -> None:
        """For the life of the process: call it in the student's thread when the code has run, before the last is sent."""
        self._ends.append(end)

    @property
    def listening(self) -> bool:
        """Whether there is a run to speak of, in this very process: false in one that the student's code forked."""
        return self._wire is not None

    def begin(self, wire: Wire) -> None:
        """Speak of a run on `wire`."""
        self._clear()
        self._wire = wire
        for start in self._starts:
            start()

    def end(self) -> None:
        """Send the rest and fall silent. Harmless when repeated."""
        if self._wire is not None:
            for end in self._ends:
                end()
            self.flush(last=True)
            self._wire = None

    def abandon(self) -> None:
        """In a forked child: say nothing, and inherit no lock."""
        self._sending = threading.Lock()
        self._clear()

    def tell(self, type_: str, data: dict[str, Any]) -> None:
        """Send an event of the types of `workers.shapes`, after all that was told before. Too many at once are left out."""
        if self._wire is not None and len(self._events) < _WAITING_EVENTS:
            self._events.append((type_, data))

    def observe(self, name: str, kind: str, step: int, value: float) -> None:
        """One point of a metric. After 5,000 points of one, 20 a batch are sent: those that draw the same curve."""
        self.points(name, kind).append((step, value))

    def points(self, name: str, kind: str) -> deque[Gathered]:
        """Where the points of this metric gather, for who appends many; the values may be tensors of one number."""
        if (series := self._series.get(name)) is None:
            series = self._series[name] = _Series(kind)
        return series.points

    def draw(self, name: str, kind: str, source: Source) -> None:
        """From here on the points of this metric are those of `source`, asked when they are sent."""
        self._series[name] = _Series(kind, source)

    def say(self, type_: str, data: dict[str, Any]) -> None:
        """Send it at once, after all that has gathered."""
        self.flush()
        if (wire := self._wire) is not None:
            wire.tell(type_, data)

    def tick(self) -> None:
        """What the pulse does."""
        if self._wire is not None:
            for tick in self._ticks:
                tick()
            self.flush()

    def flush(self, *, last: bool = False) -> None:
        """Send what has gathered. For the pulse, and for what must be known at once."""
        with self._sending:
            if (wire := self._wire) is None:
                return
            wire.tell_all(self._metrics() + self._told(_LAST_EVENTS if last else _EVENTS_PER_BATCH))

    def _clear(self) -> None:
        self._wire = None
        self._series = {}
        self._events.clear()

    def _metrics(self) -> list[tuple[str, dict[str, Any]]]:
        return [event for name, series in tuple(self._series.items()) for event in self._batch(name, series)]

    def _batch(self, name: str, series: _Series) -> list[tuple[str, dict[str, Any]]]:
        points = series.take()
        if points:
            for hear in self._hearers:
                hear(name, series.kind, points)
        if series.sent > _EXACT_POINTS:
            points = thin(points, _POINTS_PER_BATCH)
        series.sent += len(points)
        return [
            ("metric", {"name": name, "kind": series.kind, "points": told(points[start : start + _POINTS_PER_EVENT])})
            for start in range(0, len(points), _POINTS_PER_EVENT)
        ]

    def _told(self, most: int) -> list[tuple[str, dict[str, Any]]]:
        return [self._events.popleft() for _ in range(min(most, len(self._events)))]


class _Series:
    """The points of one metric that wait, and how many of it were sent."""

    def __init__(self, kind: str, source: Source | None = None) -> None:
        self.kind = kind
        self.points: deque[Gathered] = deque()
        self.take = source or self._take
        self.sent = 0

    def _take(self) -> list[Point]:
        """Reading a number that still lies on a GPU waits for it: here, and not in the training."""
        taken = [self.points.popleft() for _ in range(len(self.points))]
        return [(step, value if type(value) is float else float(value)) for step, value in taken]


REPORTER = Reporter()
