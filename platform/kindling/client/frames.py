"""Server-Sent Events, taken apart as they arrive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAX_FRAME_BYTES = 1024 * 1024
"""Ten times the longest event of a site; what is longer is none, and must not fill the memory."""


class BadStream(ValueError):
    """What arrives is no stream of events."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One event; `id` is "" for those that are not numbered."""

    id: str
    type: str
    data: dict[str, Any]


class Reader:
    """Give it bytes as they come, cut anywhere; it gives the frames that are complete."""

    def __init__(self) -> None:
        self._rest = b""
        self._fields: dict[str, list[str]] = {}
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Raises `BadStream`."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._size += len(line)
            if frame := self._take(line.removesuffix(b"\r").decode("utf-8", "replace")):
                yield frame
        if self._size + len(self._rest) > MAX_FRAME_BYTES:
            raise BadStream("an event of more than 1 MB")

    def _take(self, line: str) -> Frame | None:
        if line:
            name, _, value = line.partition(":")
            if name:  # a line that begins with a colon is a sign of life
                self._fields.setdefault(name, []).append(value.removeprefix(" "))
            return None
        fields, self._fields, self._size = self._fields, {}, 0
        return _make_frame(fields) if "data" in fields else None


def _make_frame(fields: dict[str, list[str]]) -> Frame | None:
    """None for an event whose data is no object: of a newer site, and nothing to us."""
    try:
        data = json.loads("\n".join(fields["data"]))
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    return Frame(fields.get("id", [""])[-1], fields.get("event", ["message"])[-1], data)
