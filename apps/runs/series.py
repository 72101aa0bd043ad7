"""The curves of a run, thinned so that several of them can be laid over each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apps.runs.logs import read, read_latest
from apps.runs.models import Run
from workers.protocol import Event

MOST_POINTS = 400
MOST_SERIES = 24
"""Of one run: what code that logs hundreds of names plots is not looked at side by side."""

KINDS = ("loss", "validation", "scalar", "learning_rate", "gradient_norm")
"""In the order in which they are shown."""

Value = float | str
"""A number, or the text of one that JSON does not know: NaN, Infinity, -Infinity."""

Point = tuple[int, Value]


@dataclass(frozen=True, slots=True)
class Series:
    """One metric by step, steps growing, as a metric event has it; `count` is how many points it had."""

    name: str
    kind: str
    count: int
    points: list[Point]


def read_series(run: Run, *, most: int = MOST_POINTS) -> list[Series]:
    """The curves of the run's last attempt, so far. Raises `redis.RedisError` while a run that goes on cannot be heard."""
    return collect(read_latest(read(run), {"metric"}), most=most)


def collect(events: Iterable[Event], *, most: int = MOST_POINTS) -> list[Series]:
    """The curves that these metric events draw, losses first."""
    points: defaultdict[tuple[str, str], dict[int, Value]] = defaultdict(dict)
    for event in events:
        key = str(event.data.get("kind", "")), str(event.data.get("name", ""))
        if key in points or len(points) < MOST_SERIES:
            points[key].update((step, value) for step, value in event.data.get("points", []))
    ordered = sorted(points, key=lambda key: (KINDS.index(key[0]) if key[0] in KINDS else len(KINDS), key[1]))
    return [_draw(*key, points[key], most) for key in ordered]


def thin(points: Sequence[Point], most: int) -> list[Point]:
    """At most `most` (4 or more) of the points, in order: the first, the last, and of each stretch between them the least
    and the greatest, or one that is no number. A spike stays visible, however narrow, and so does a NaN."""
    if len(points) <= most:
        return list(points)
    stretches = (most - 2) // 2
    inner, kept = points[1:-1], [points[0]]
    for index in range(stretches):
        stretch = inner[index * len(inner) // stretches : (index + 1) * len(inner) // stretches]
        kept += _find_extremes(stretch)
    return [*kept, points[-1]]


def _find_extremes(stretch: Sequence[Point]) -> list[Point]:
    special = next((point for point in stretch if isinstance(point[1], str)), None)
    numbers = [(value, step) for step, value in stretch if not isinstance(value, str)]
    chosen: set[Point] = {(step, value) for value, step in ({min(numbers), max(numbers)} if numbers else ())}
    if special is not None:
        chosen = {special, *sorted(chosen)[:1]}
    return sorted(chosen, key=lambda point: point[0])


def _draw(kind: str, name: str, points: dict[int, Value], most: int) -> Series:
    kept = thin(sorted(points.items(), key=lambda point: point[0]), most)
    return Series(name, kind, len(points), kept)
