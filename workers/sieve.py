"""What may pass from a runner's events into a run's stream: checked in shape, capped in size, numbered without gaps.

The events carry claims of the code that ran. Nothing here believes them; it only makes sure that a reader can rely on
their form, and that no run fills Valkey or Postgres.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from workers.protocol import MAX_EVENT_BYTES, Event, State, encode

MAX_RUN_BYTES = 4 * 1024 * 1024
"""What all events of one attempt may weigh; also what is kept of a run in Postgres."""

THIN_AFTER_BYTES = 1024 * 1024
"""Past this, a `metric` event keeps its first and its last point only."""

MAX_METRICS = 50
MAX_NAME = 100
SPECIAL_VALUES = frozenset({"NaN", "Infinity", "-Infinity"})


class Sieve:
    """Takes the events of one attempt in order; gives back those to publish, and sums up the metrics."""

    def __init__(self) -> None:
        self.last_seq = 0
        self.metrics: dict[str, dict[str, Any]] = {}
        self._bytes = 0
        self.dropped = 0

    def take(self, event: Event) -> list[bytes]:
        """The events to publish in place of this one, encoded: itself, a notice, or nothing."""
        if not _is_well_formed(event):
            return self._replace(event, f"A malformed event ({event.type}) was left out.")
        if event.type == "metric":
            self._summarise(event.data)
            if self._bytes > THIN_AFTER_BYTES:
                event = _thinned(event)
        text = self._number(event)
        if len(text) > MAX_EVENT_BYTES:
            return self._replace(event, f"An event of more than {MAX_EVENT_BYTES // 1024} KB was left out.")
        if self._bytes + len(text) > MAX_RUN_BYTES:
            return self._replace(
                event, f"More than {MAX_RUN_BYTES // 1024**2} MB of output: what follows was left out."
            )
        return [self._count(text)]

    def _replace(self, event: Event, problem: str) -> list[bytes]:
        """A notice the first time something is left out; later ones are only counted."""
        self.dropped += 1
        if self.dropped > 1:
            return []
        return [self._count(self._number(Event(seq=0, at=event.at, type="notice", data={"text": problem})))]

    def _number(self, event: Event) -> bytes:
        return encode(Event(seq=self.last_seq + 1, at=event.at, type=event.type, data=event.data)).rstrip()

    def _count(self, text: bytes) -> bytes:
        self.last_seq += 1
        self._bytes += len(text)
        return text

    def _summarise(self, data: dict[str, Any]) -> None:
        """Count, first, last and smallest value of a metric; a NaN counts, and is never the smallest."""
        name = data["name"]
        if name not in self.metrics and len(self.metrics) >= MAX_METRICS:
            return
        for _, value in data["points"]:
            summary = self.metrics.setdefault(name, {"count": 0, "first": value, "last": value, "min": value})
            summary["count"] += 1
            summary["last"] = value
            if not float(value) >= float(summary["min"]) and value != "NaN":
                summary["min"] = value


def _thinned(event: Event) -> Event:
    points = event.data["points"]
    few = points if len(points) <= 2 else [points[0], points[-1]]
    return Event(seq=event.seq, at=event.at, type=event.type, data={**event.data, "points": few})


def _is_well_formed(event: Event) -> bool:
    check = _CHECKS.get(event.type)
    return check is not None and check(event.data)


def _is_state(data: dict[str, Any]) -> bool:
    """A runner says only how far it got: the word about the end is the recorder's."""
    return data in ({"state": State.STARTING}, {"state": State.RUNNING})


def _is_text(data: dict[str, Any]) -> bool:
    return data.keys() == {"text"} and isinstance(data["text"], str)


def _is_metric(data: dict[str, Any]) -> bool:
    name, points = data.get("name"), data.get("points")
    return (
        data.keys() == {"name", "kind", "points"}
        and isinstance(name, str)
        and 0 < len(name) <= MAX_NAME
        and name.isprintable()
        and data["kind"] in ("loss", "scalar")
        and isinstance(points, list)
        and all(_is_point(point) for point in points)
    )


def _is_point(point: object) -> bool:
    if not isinstance(point, list) or len(point) != 2:
        return False
    step, value = point
    return _is_count(step) and (_is_number(value) or (isinstance(value, str) and value in SPECIAL_VALUES))


def _is_progress(data: dict[str, Any]) -> bool:
    return (
        data.keys() == {"step", "total", "rate"}
        and _is_count(data["step"])
        and (data["total"] is None or _is_count(data["total"]))
        and (data["rate"] is None or _is_number(data["rate"]))
    )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value) if isinstance(value, float) else abs(value) < 2**53


_CHECKS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "state": _is_state,
    "stdout": _is_text,
    "stderr": _is_text,
    "notice": _is_text,
    "metric": _is_metric,
    "progress": _is_progress,
}
