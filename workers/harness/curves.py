"""A curve of any length, summed up in a bounded number of stretches as it grows."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from workers.harness.thinning import Point, values_of

_MOST = 64
_FIRST = 5
_LAST = 64
_ALTERNATING = 24


@dataclass(slots=True)
class Stretch:
    """So many points in a row, and their mean and spread."""

    step: int
    count: int
    mean: float
    squares: float
    """Sum of the squared distances from the mean."""

    def joined(self, other: Stretch) -> Stretch:
        """Both in one."""
        count = self.count + other.count
        distance = other.mean - self.mean
        return Stretch(
            step=self.step,
            count=count,
            mean=self.mean + distance * (other.count / count),
            squares=self.squares + other.squares + distance * distance * (self.count / count) * other.count,
        )


class Curve:
    """Finite points of one metric, in order. Adding costs a tenth of a microsecond each, and memory does not grow."""

    def __init__(self) -> None:
        self.count = 0
        self.low = float("inf")
        self.high = float("-inf")
        self.first: list[Point] = []
        self.last: deque[Point] = deque(maxlen=_LAST)
        self.stretches: list[Stretch] = []
        self._size = 1
        self._rest: list[Point] = []

    def add(self, points: Sequence[Point]) -> None:
        """The next points."""
        if not points:
            return
        added = values_of(points)
        self.count += len(points)
        self.low, self.high = min(self.low, min(added)), max(self.high, max(added))
        self.first += points[: _FIRST - len(self.first)]
        self.last.extend(points[-_LAST:])
        self._rest += points
        self._sum_up()

    @property
    def began(self) -> float:
        """Its first value."""
        return self.first[0][1]

    @property
    def start(self) -> float:
        """About where it began: the median of the first points, so that one odd batch does not count."""
        return median(value for _, value in self.first)

    @property
    def end(self) -> float:
        """Where it is: the median of the last points, as many."""
        return median(value for _, value in list(self.last)[-_FIRST:])

    def between(self, start: float, end: float) -> Stretch | None:
        """What lies between two shares of its length, 0 to 1."""
        chosen = self.stretches[int(start * len(self.stretches)) : max(1, round(end * len(self.stretches)))]
        if not chosen:
            return None
        whole = chosen[0]
        for stretch in chosen[1:]:
            whole = whole.joined(stretch)
        return whole

    def evidence(self, most: int = 40) -> list[Point]:
        """The curve in few points, its end as it is."""
        kept = [(stretch.step, stretch.mean) for stretch in self.stretches[:: max(1, len(self.stretches) * 2 // most)]]
        tail = [point for point in list(self.last)[-most // 2 :] if not kept or point[0] > kept[-1][0]]
        return kept + tail

    def alternates(self) -> bool:
        """Whether it is several losses by turns: far from its neighbours, near to the second, third or fourth next."""
        latest = values_of(self.last)[-_ALTERNATING:]
        if len(latest) < _ALTERNATING:
            return False
        near = _change(latest, 1)
        return near > 0 and any(_change(latest, lag) < 0.4 * near for lag in (2, 3, 4))

    def _sum_up(self) -> None:
        while len(self._rest) >= self._size:
            part, self._rest = self._rest[: self._size], self._rest[self._size :]
            heights = values_of(part)
            mean = fmean(heights)
            spread = math.dist(heights, [mean] * len(part))
            self.stretches.append(Stretch(part[0][0], len(part), mean, spread * spread))
            if len(self.stretches) == _MOST:
                pairs = zip(self.stretches[::2], self.stretches[1::2], strict=True)
                self.stretches = [one.joined(other) for one, other in pairs]
                self._size *= 2


def _change(heights: list[float], lag: int) -> float:
    """The mean distance between values that far apart."""
    return fmean(abs(later - earlier) for earlier, later in zip(heights, heights[lag:], strict=False))
