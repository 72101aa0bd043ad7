"""What a cell says of itself on its wire: checked, bounded, and counted when it is dropped.

The student's code runs in the process that holds the wire, so every line is the run's own claim. It can be wrong; it
cannot be malformed, too large or too frequent, and it can never speak for another run, set a time or a number.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workers.protocol import MAX_EVENT_BYTES
from workers.runner import policy

_SPECIAL = ("NaN", "Infinity", "-Infinity")
_KINDS = ("loss", "scalar")
_MAX_POINTS = 2000
_MAX_NAME = 80
_MAX_MESSAGE = 500
_MAX_INTEGER = 2**53


class Absurd(ValueError):
    """A line that our harness would not write."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One checked line; `data` was built anew from checked values."""

    type: str
    data: dict[str, Any]


class Claims:
    """Cuts the wire into lines and lets the sound ones through."""

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False
        self._tokens = float(policy.EVENTS_BURST)
        self._filled_at = time.monotonic()
        self._bytes_left = policy.CLAIM_BYTES
        self.dropped = 0

    def hear(self, data: bytes) -> list[Claim]:
        """The claims that are complete with `data`."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if self._skipping and lines:
            lines.pop(0)
            self._skipping = False
        if len(self._rest) > MAX_EVENT_BYTES:
            self.dropped += not self._skipping
            self._rest, self._skipping = b"", True
        return [claim for line in lines if (claim := self._take(line)) is not None]

    def _take(self, line: bytes) -> Claim | None:
        try:
            claim = check(line)
        except Absurd:
            self.dropped += 1
            return None
        if claim.type in ("metric", "progress") and not self._afford(len(line)):
            self.dropped += 1
            return None
        return claim

    def _afford(self, size: int) -> bool:
        now = time.monotonic()
        grown = self._tokens + (now - self._filled_at) * policy.EVENTS_PER_S
        self._tokens, self._filled_at = min(policy.EVENTS_BURST, grown), now
        if self._tokens < 1 or size > self._bytes_left:
            return False
        self._tokens -= 1
        self._bytes_left -= size
        return True


def check(line: bytes) -> Claim:
    """The claim on this line. Raises `Absurd`."""
    if len(line) > MAX_EVENT_BYTES:
        raise Absurd("too long")
    try:
        raw = json.loads(line, parse_constant=_refuse)
        return _CHECKS[raw["type"]](raw["data"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Absurd("not a claim") from error


def _refuse(constant: str) -> None:
    raise Absurd(f"{constant} is sent as text")


def _metric(data: dict[str, Any]) -> Claim:
    name, kind, points = data["name"], data["kind"], data["points"]
    if not isinstance(name, str) or not 0 < len(name) <= _MAX_NAME or not name.isprintable() or kind not in _KINDS:
        raise Absurd("no such metric")
    if not isinstance(points, list) or not 0 < len(points) <= _MAX_POINTS:
        raise Absurd("no points, or too many")
    return Claim("metric", {"name": name, "kind": kind, "points": [[_count(s), _value(v)] for s, v in points]})


def _progress(data: dict[str, Any]) -> Claim:
    total = data["total"]
    rate = _value(data["rate"])
    if isinstance(rate, str) or rate < 0:
        raise Absurd("no such rate")
    step = _count(data["step"])
    return Claim("progress", {"step": step, "total": None if total is None else _count(total), "rate": rate})


def _mark(data: dict[str, Any]) -> Claim:
    if data != {}:
        raise Absurd("a mark has no data")
    return Claim("started", {})


def _words(type_: str, data: dict[str, Any]) -> Claim:
    message, memory = data["message"], data.get("memory", False)
    if not isinstance(message, str) or not isinstance(memory, bool):
        raise Absurd("no such message")
    message = message.encode("utf-8", "replace").decode()[:_MAX_MESSAGE]
    return Claim(type_, {"message": message, "memory": memory})


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MAX_INTEGER:
        raise Absurd("not a count")
    return value


def _value(value: object) -> float | str:
    if isinstance(value, str) and value in _SPECIAL:
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Absurd("not a number")
    try:
        number = float(value)
    except OverflowError as error:
        raise Absurd("not a number") from error
    if not math.isfinite(number):
        raise Absurd("not finite")
    return number


_CHECKS: dict[str, Callable[[dict[str, Any]], Claim]] = {
    "metric": _metric,
    "progress": _progress,
    "started": _mark,
    "refused": lambda data: _words("refused", data),
    "end": lambda data: _words("end", data),
}
