"""A run from its beginning in few words: what a page that comes later is told at once, instead of event by event.

Output that follows on output and points of one metric are each joined to one event. Whoever watches on asks for what comes
after `after`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from apps.runs.logs import read
from apps.runs.models import Run
from apps.runs.refusals import Refusal
from apps.runs.streams import Entry
from workers.protocol import BadMessage, parse_entry_id

Told = tuple[str, dict[str, Any]]
"""Type and data, as a live event has them."""

PRINTED = frozenset({"stdout", "stderr"})
SILENT = frozenset({"progress", "graph", "histogram", "inspection", "state"})
"""What a console shows nothing of."""

MISSING: Told = ("gap", {"text": "Some of the output is missing here: it was too much to keep."})


class NoReplay(Refusal):
    """What is kept of the run cannot be told in one piece; each event by itself still can, or says why not."""

    status = 409


def write_replay(run: Run) -> str:
    """JSON: the `events` of the last attempt so far, the id `after` which others come ("" for none), and whether the run
    `restarted` before. Raises `NoReplay`, and `redis.RedisError` while a run that goes on cannot be heard."""
    entries = read(run)
    after = entries[-1].id if entries else ""
    try:
        fence = parse_entry_id(after)[0] if entries else 0
        latest = [entry for entry in entries if parse_entry_id(entry.id)[0] == fence]
        told = {"events": join(_list_told(latest)), "after": after, "restarted": fence > 1}
        return json.dumps(told, allow_nan=False, separators=(",", ":"))
    except (BadMessage, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise NoReplay("The events of this run are told one by one.") from error


def _list_told(entries: Sequence[Entry]) -> Iterator[Told]:
    """Events of one attempt, whose numbers have no holes and begin with 0 or 1; only a final state may jump."""
    expected = 1
    for key, line in entries:
        event, number = json.loads(line), parse_entry_id(key)[1]
        if number > expected and event["type"] != "state":
            yield MISSING
        yield event["type"], event["data"]
        expected = number + 1


def join(told: Iterable[Told]) -> list[Told]:
    """The same, for who hears all of it: points stand where the first of their metric stood, words where the first did since
    something else was told on the console."""
    events: list[Told] = []
    points: dict[tuple[str, str], list[Any]] = {}
    words: list[str] = []
    printing = ""
    for kind, data in told:
        if kind == "metric":
            key = data["name"], data["kind"]
            if key not in points:
                events.append((kind, {**data, "points": points.setdefault(key, [])}))
            points[key] += data["points"]
        elif kind == printing:
            words.append(data["text"])
        elif kind in PRINTED:
            printing, words = kind, [data["text"]]
            events.append((kind, {"text": words}))
        else:
            if kind not in SILENT:
                printing = ""
            events.append((kind, data))
    return [(kind, {"text": "".join(data["text"])} if kind in PRINTED else data) for kind, data in events]
