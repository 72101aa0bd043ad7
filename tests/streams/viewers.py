"""Viewers of live events, and runs for them to watch."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx
from django.conf import settings
from redis import Redis

from apps.runs.tickets import CLOSINGS, LIFETIME_S, Ticket, issue
from workers.protocol import APPEND, Event, encode, entry_id

ORIGIN = "http://page.example"


class Seen(NamedTuple):
    """An event as a browser sees it."""

    id: str
    kind: str
    data: dict[str, Any]


def new_run() -> str:
    return str(uuid.uuid4())


def events_url(
    address: str,
    run: str,
    *,
    user: str = "7",
    lifetime_s: int = LIFETIME_S,
    of: str = "",
    key: str = "",
    after: str = "",
) -> str:
    """Where to watch `run`; `of` and `key` make a ticket for another run or with another key."""
    ticket = Ticket(run=of or run, user=user, origin=ORIGIN, expires=int(time.time()) + lifetime_s)
    query = {"ticket": issue(key or settings.TICKET_KEY, ticket), **({"after": after} if after else {})}
    return f"{address}/runs/{run}/events?{httpx.QueryParams(query)}"


def publish(valkey: Redis, run: str, *events: Event, fence: int = 1) -> None:
    """As a worker does: numbered, into the run's stream and the bus in one step."""
    args: list[str | int | bytes] = [run, 100_000, 100_000, "0"]
    for event in events:
        args += [entry_id(fence, event.seq), encode(event).rstrip()]
    valkey.register_script(APPEND)(keys=[f"run:{run}", "bus"], args=args)


def tell_place(valkey: Redis, run: str, ahead: int) -> None:
    """As the web side does: to the bus only, without a number."""
    event = json.dumps({"type": "queue", "data": {"ahead": ahead, "estimate_s": 2.5}})
    valkey.xadd("bus", {"run": run, "id": "", "event": event})


def end_streams(valkey: Redis, user: str) -> None:
    """As the web side does at a log-out."""
    valkey.xadd(CLOSINGS, {"user": user, "at": time.time()})


def line(seq: int) -> Event:
    return Event(seq=seq, at=seq / 100, type="stdout", data={"text": f"{seq}\n"})


def end(seq: int) -> Event:
    return Event(seq=seq, at=seq / 100, type="state", data={"state": "succeeded", "message": ""})


@contextmanager
def watching(url: str, **headers: str) -> Iterator[Iterator[Seen]]:
    with httpx.stream("GET", url, headers={"Origin": ORIGIN, **headers}, timeout=20) as answer:
        assert answer.status_code == 200, answer.read()
        yield parse(answer.iter_lines())


def watch(url: str, **headers: str) -> list[Seen]:
    """Everything until the stream ends."""
    with watching(url, **headers) as seen:
        return list(seen)


def parse(lines: Iterator[str]) -> Iterator[Seen]:
    fields: dict[str, str] = {}
    for text in lines:
        if seen := _feed(fields, text):
            yield seen


async def parse_async(lines: AsyncIterator[str]) -> AsyncIterator[Seen]:
    fields: dict[str, str] = {}
    async for text in lines:
        if seen := _feed(fields, text):
            yield seen


def _feed(fields: dict[str, str], text: str) -> Seen | None:
    """Server-Sent Events: an empty line ends an event, a line that begins with a colon is a comment."""
    if text and not text.startswith(":"):
        name, _, value = text.partition(": ")
        fields[name] = value
    if text or "data" not in fields:
        return None
    seen = Seen(fields.get("id", ""), fields["event"], json.loads(fields["data"]))
    fields.clear()
    return seen
