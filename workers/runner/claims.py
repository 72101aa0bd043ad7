"""What a cell says of itself on its wire: checked, bounded, and counted when it is dropped.

The student's code runs in the process that holds the wire, so every line is the run's own claim. It can be wrong; it
cannot be malformed, too large or too frequent, and it can never speak for another run, set a time or a number.
"""

from __future__ import annotations

import json
import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workers.protocol import MAX_EVENT_BYTES
from workers.runner import policy
from workers.runner.policy import Budget
from workers.shapes import SPECIAL_VALUES, BadShape, rebuild

_MAX_MESSAGE = 500
_MAX_DIMENSIONS = 16


class Absurd(ValueError):
    """A line that our harness would not write."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One checked line; `data` was built anew from checked values."""

    type: str
    data: dict[str, Any]


class Claims:
    """Cuts the wire into lines and lets the sound ones through, as far as each type's budget goes."""

    def __init__(self, longest: int = MAX_EVENT_BYTES) -> None:
        self._longest = longest
        self._rest = b""
        self._skipping = False
        self._purses = {type_: Purse(budget) for type_, budget in policy.CLAIMS.items()}
        self._dropped: Counter[str] = Counter()

    def hear(self, data: bytes) -> list[Claim]:
        """The claims that are complete with `data`."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if self._skipping and lines:
            lines.pop(0)
            self._skipping = False
        if len(self._rest) > self._longest:
            self._dropped[_MALFORMED] += not self._skipping
            self._rest, self._skipping = b"", True
        return [claim for line in lines if (claim := self._take(line)) is not None]

    @property
    def dropped(self) -> int:
        """Lines that were not let through."""
        return self._dropped.total()

    def account(self) -> str:
        """What was dropped and why, for the student; empty when nothing was."""
        if not self._dropped:
            return ""
        parts = [f"{count} × {why}" for why, count in self._dropped.most_common()]
        return f"Not everything that this run told of itself was taken: {'; '.join(parts)}."

    def _take(self, line: bytes) -> Claim | None:
        """Whether it can be afforded is asked before it is looked at closely: a flood is not to cost us more."""
        try:
            type_, data = parse(line, self._longest)
            if (purse := self._purses.get(type_)) and (why := purse.spend(len(line))):
                self._dropped[f"{type_} ({why})"] += 1
                return None
            return Claim(type_, check(type_, data))
        except Absurd:
            self._dropped[_MALFORMED] += 1
            return None


_MALFORMED = "a malformed line"


class Purse:
    """What one type of claim may still cost in this run."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._events = float(budget.burst)
        self._bytes = budget.bytes
        self._filled_at = time.monotonic()

    def spend(self, size: int) -> str:
        """Take one event of this size out; why that cannot be done, or nothing."""
        now = time.monotonic()
        grown = self._events + (now - self._filled_at) * self._budget.per_s
        self._events, self._filled_at = min(self._budget.burst, grown), now
        if size > self._bytes:
            return f"more than {self._budget.bytes // 1024} KiB in all"
        if self._events < 1:
            return f"faster than {self._budget.per_s:g} a second"
        self._events -= 1
        self._bytes -= size
        return ""


def parse(line: bytes, longest: int = MAX_EVENT_BYTES) -> tuple[str, Any]:
    """Type and unchecked data of this line. Raises `Absurd`."""
    if len(line) > longest:
        raise Absurd("too long")
    try:
        raw = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Absurd("not JSON") from error
    if not isinstance(raw, dict) or not isinstance(type_ := raw.get("type"), str):
        raise Absurd("not a claim")
    return type_, raw.get("data")


def check(type_: str, data: object) -> dict[str, Any]:
    """The data of a mark or an event of this type, built anew. Raises `Absurd`."""
    if mark := _MARKS.get(type_):
        if not isinstance(data, dict):
            raise Absurd("not an object")
        return mark(data)
    if type_ not in policy.CLAIMS:
        raise Absurd("not for a run to say")
    try:
        return rebuild(type_, data)
    except BadShape as error:
        raise Absurd(str(error)) from error


def _refuse(constant: str) -> None:
    raise Absurd(f"{constant} is sent as text")


def _nothing(data: dict[str, Any]) -> dict[str, Any]:
    if data:
        raise Absurd("a mark has no data")
    return {}


def _words(data: dict[str, Any]) -> dict[str, Any]:
    memory = data.get("memory", False)
    if not isinstance(memory, bool):
        raise Absurd("neither true nor false")
    return {"message": _sentence(data.get("message")), "memory": memory}


def _answer(data: dict[str, Any]) -> dict[str, Any]:
    shape, values = data.get("shape"), data.get("values")
    if not isinstance(shape, list) or len(shape) > _MAX_DIMENSIONS or not isinstance(values, list):
        raise Absurd("not a tensor")
    return {
        "shape": [_size(size) for size in shape],
        "values": [_value(value) for value in values],
        "error": _sentence(data.get("error")),
    }


def _sentence(text: object) -> str:
    if not isinstance(text, str):
        raise Absurd("not a text")
    return text[:_MAX_MESSAGE].encode("utf-8", "replace").decode()


def _size(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= policy.ANSWER_BYTES:
        raise Absurd("not a size")
    return value


def _value(value: object) -> float:
    """A float; what JSON does not know comes as text. A NaN is one: it passes no check."""
    if isinstance(value, str) and value in SPECIAL_VALUES:
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Absurd("not a number")
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


_MARKS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "started": _nothing,
    "refused": _words,
    "end": _words,
    "paused": _nothing,
    "resumed": _nothing,
    "asking": _nothing,
    "answer": _answer,
}
"""What a cell says that is no event; whether it is believed depends on what the supervisor asked."""
