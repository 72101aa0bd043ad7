"""How a run is going, gathered from its events."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from kindling.client.frames import Frame

MAX_POINTS = 4000
"""Of one curve; when it has more, every other one goes. A terminal is a few hundred dots wide."""

Point = tuple[int, float]


@dataclass(slots=True)
class Curve:
    """A metric over steps, thinned evenly as it grows; the newest point is always there."""

    name: str
    kind: str
    points: list[Point] = field(default_factory=list)
    newest: Point | None = None
    _stride: int = 1
    _count: int = 0

    def add(self, step: int, value: float) -> None:
        self.newest = (step, value)
        if self._count % self._stride == 0:
            self.points.append(self.newest)
        self._count += 1
        if len(self.points) > MAX_POINTS:
            del self.points[1::2]
            self._stride *= 2


@dataclass(slots=True)
class Progress:
    """How far it has come; what is not known is None."""

    step: int = 0
    total: int | None = None
    rate: float | None = None
    epoch: int | None = None
    epochs: int | None = None
    left_s: float | None = None


@dataclass(slots=True)
class Course:
    """Everything that is drawn of a run."""

    state: str = "queued"
    message: str = ""
    ahead: int | None = None
    estimate_s: float | None = None
    progress: Progress = field(default_factory=Progress)
    curves: dict[str, Curve] = field(default_factory=dict)

    def take(self, frame: Frame) -> None:
        """Learns from an event. What comes from a run is its claim: what does not fit is passed over."""
        match frame.type:
            case "state":
                self._learn_state(frame.data)
            case "queue":
                self._learn_place(frame.data)
            case "progress":
                self._learn_progress(frame.data)
            case "metric":
                self._learn_metric(frame.data)

    @property
    def main_curve(self) -> Curve | None:
        """The one to draw: the loss, else the first that came."""
        losses = [curve for curve in self.curves.values() if curve.kind == "loss"]
        return next(iter(losses or self.curves.values()), None)

    def _learn_state(self, data: dict[str, Any]) -> None:
        self.state = str(data.get("state", self.state))
        self.message = str(data.get("message", ""))
        if self.state not in ("waiting", "queued"):
            self.ahead = self.estimate_s = None

    def _learn_place(self, data: dict[str, Any]) -> None:
        self.ahead = read_count(data.get("ahead"))
        self.estimate_s = read_number(data.get("estimate_s"))

    def _learn_progress(self, data: dict[str, Any]) -> None:
        step = read_count(data.get("step"))
        self.progress = Progress(
            step=self.progress.step if step is None else step,
            total=read_count(data.get("total")),
            rate=read_number(data.get("rate")),
            epoch=read_count(data.get("epoch")),
            epochs=read_count(data.get("epochs")),
            left_s=read_number(data.get("left_s")),
        )

    def _learn_metric(self, data: dict[str, Any]) -> None:
        name = str(data.get("name", ""))
        points = data.get("points")
        if not isinstance(points, list):
            return
        curve = self.curves.setdefault(name, Curve(name=name, kind=str(data.get("kind", ""))))
        for point in points:
            if isinstance(point, list) and len(point) == 2 and (step := read_count(point[0])) is not None:
                curve.add(step, read_value(point[1]))


def read_count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def read_number(value: object) -> float | None:
    number = read_value(value)
    return number if math.isfinite(number) else None


def read_value(value: object) -> float:
    """A metric's value; NaN and infinities arrive as text. What is no number is NaN."""
    if isinstance(value, bool):
        return math.nan
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return math.inf
    return {"Infinity": math.inf, "-Infinity": -math.inf}.get(str(value), math.nan)
