"""What a run has said, whole, as programs read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from apps.runs.streams import Entry
from workers.protocol import BadMessage, Event, decode

TEXT = "text/plain"
LINES = "application/x-ndjson"
CONSOLE = frozenset({"stdout", "stderr"})


def print_console(entries: list[Entry]) -> str:
    """What the code wrote on its two outputs, as it came."""
    return "".join(str(event.data.get("text", "")) for _, event in _decode(entries) if event.type in CONSOLE)


def print_lines(entries: list[Entry]) -> str:
    """Every event as a line of JSON; `id` is its id in the live stream, too."""
    return "".join(json.dumps(_describe(key, event), separators=(",", ":")) + "\n" for key, event in _decode(entries))


def _describe(key: str, event: Event) -> dict[str, Any]:
    return {"id": key, "type": event.type, "at": event.at, "data": event.data}


def _decode(entries: list[Entry]) -> Iterator[tuple[str, Event]]:
    for entry in entries:
        try:
            event = decode(entry.event)
        except BadMessage:
            continue  # of an older version of the protocol; the events around it can be read
        if isinstance(event, Event):
            yield entry.id, event
