"""What may pass from a runner's events into a run's stream: rebuilt in shape, held within budgets, numbered without gaps.

The events carry claims of the code that ran. Nothing here believes them; it only makes sure that a reader can rely on
their form, that no run fills Valkey or Postgres, and that no kind of event takes the room of another.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from workers.protocol import MAX_EVENT_BYTES, Event, State, encode
from workers.shapes import BadShape, rebuild

_MB = 1024 * 1024

BUDGETS = {
    "console": 3 * _MB,  # 1 MiB of text that the console takes may be three times as long in JSON
    "metric": 3 * _MB,
    "progress": _MB // 2,
    "figure": _MB,
    "graph": _MB // 2,
    "inspection": 3 * _MB // 4,
    "histogram": _MB // 2,
    "text": _MB // 4,
    "diagnosis": _MB // 8,
    "word": _MB // 4,
}
"""Bytes that the events of one attempt may weigh, by what they are; `word` is what the supervisor says."""

MAX_RUN_BYTES = sum(BUDGETS.values())
"""What all events of one attempt may weigh; also what is kept of a run in Postgres."""

THIN_AFTER_BYTES = 1 * _MB
"""Of metrics. Past this, a `metric` event keeps its first and its last point only."""

RARE_AFTER_BYTES = 2 * _MB
"""Of metrics. Past this, one event a second of each metric is kept; of progress this holds past half its budget."""

MAX_METRICS = 50
MAX_NAME = 100

_BUDGET_OF = {"stdout": "console", "stderr": "console", **{name: name for name in BUDGETS}}
_PLURALS = {
    "console": "output",
    "metric": "measurements",
    "progress": "progress",
    "figure": "figures",
    "graph": "the graph",
    "inspection": "inspections",
    "histogram": "histograms",
    "text": "texts",
    "diagnosis": "diagnoses",
    "word": "messages",
}


class Reach(NamedTuple):
    """How far an attempt has come: a state, and the number of the event that said so."""

    state: State
    seq: int


class Sieve:
    """Takes the events of one attempt in order; gives back those to publish, and sums up the metrics."""

    def __init__(self) -> None:
        self.last_seq = 0
        self.metrics: dict[str, dict[str, Any]] = {}
        self.dropped = 0
        self.reach: Reach | None = None
        """Where the attempt stands, by the newest `state` event that was let through."""
        self._spent = dict.fromkeys(BUDGETS, 0)
        self._told: set[str] = set()
        self._kept_at: dict[str, float] = {}

    def take(self, event: Event) -> list[bytes]:
        """The events to publish in place of this one, encoded: itself, a notice, or nothing."""
        try:
            data = rebuild(event.type, event.data)
        except BadShape:
            return self._replace(event, f"A malformed event ({event.type}) was left out.")
        if event.type == "metric":
            self._summarise(data)
            data = self._thinned(data)
        if self._is_too_soon(event, data):
            return self._replace(event, f"So many {_PLURALS[event.type]}: from here on one a second is kept.")
        return self._pass(Event(seq=self.last_seq + 1, at=event.at, type=event.type, data=data))

    def _pass(self, event: Event) -> list[bytes]:
        """The event, unless it is too large or its kind has had its share."""
        text = encode(event).rstrip()
        budget = _BUDGET_OF.get(event.type, "word")
        if len(text) > MAX_EVENT_BYTES:
            return self._replace(
                event, f"An event ({event.type}) of more than {MAX_EVENT_BYTES // 1024} KB was left out."
            )
        if self._spent[budget] + len(text) > BUDGETS[budget]:
            room = f"{BUDGETS[budget] / _MB:g} MB"
            return self._replace(event, f"More than {room} of {_PLURALS[budget]}: what follows of it was left out.")
        self._spent[budget] += len(text)
        self.last_seq = event.seq
        if event.type == "state":
            self.reach = Reach(State(event.data["state"]), event.seq)
        return [text]

    def _replace(self, event: Event, problem: str) -> list[bytes]:
        """A notice the first time something is left out for this reason; later ones are only counted."""
        self.dropped += 1
        if problem in self._told:
            return []
        self._told.add(problem)
        return self._pass(Event(seq=self.last_seq + 1, at=event.at, type="notice", data={"text": problem}))

    def _thinned(self, data: dict[str, Any]) -> dict[str, Any]:
        points = data["points"]
        if self._spent["metric"] <= THIN_AFTER_BYTES or len(points) <= 2:
            return data
        return {**data, "points": [points[0], points[-1]]}

    def _is_too_soon(self, event: Event, data: dict[str, Any]) -> bool:
        """Whether a kind that comes very often must make do with one event a second by now, and this is not that one."""
        rare_after = {"metric": RARE_AFTER_BYTES, "progress": BUDGETS["progress"] // 2}.get(event.type)
        if rare_after is None or self._spent[event.type] <= rare_after:
            return False
        series = f"{event.type} {data.get('name', '')}"
        if event.at < self._kept_at.get(series, -1.0) + 1.0:
            return True
        self._kept_at[series] = event.at
        return False

    def _summarise(self, data: dict[str, Any]) -> None:
        """Kind, count, first, last, smallest and greatest value of a metric; a NaN counts, and is neither of the two."""
        name = data["name"]
        if name not in self.metrics and len(self.metrics) >= MAX_METRICS:
            return
        for _, value in data["points"]:
            summary = self.metrics.setdefault(
                name, {"kind": data["kind"], "count": 0, "first": value, "last": value, "min": value, "max": value}
            )
            summary["count"] += 1
            summary["last"] = value
            if value != "NaN":
                summary["min"] = value if not float(value) >= float(summary["min"]) else summary["min"]
                summary["max"] = value if not float(value) <= float(summary["max"]) else summary["max"]
