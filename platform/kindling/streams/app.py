"""The ASGI application: `GET /runs/<uuid>/events?ticket=…` (Server-Sent Events) and `GET /health`."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, cast
from urllib.parse import parse_qs

from apps.runs.tickets import BadTicket, Ticket, check
from kindling.streams.frames import HEARTBEAT, make_retry
from kindling.streams.heartbeat import Heartbeat
from kindling.streams.hub import Hub
from kindling.streams.viewer import Message, Send, Viewer, make_message
from workers.protocol import BadMessage, parse_entry_id

Receive = Callable[[], Awaitable[Message]]
Headers = list[tuple[bytes, bytes]]

MAX_AGE_S = 1800
"""A stream ends by then and its viewer comes back with a new ticket: nobody watches much longer than they may, whatever
message about that was lost."""

_EVENTS = re.compile(r"/runs/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/events")


class LiveEvents:
    """One process's worth of live streams over one hub."""

    def __init__(self, hub: Hub, ticket_key: str) -> None:
        self._hub = hub
        self._ticket_key = ticket_key
        self._heartbeat = Heartbeat()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    def send_home(self) -> None:
        """Before this process ends: every stream ends, and each viewer is told to come back at another moment."""
        for viewer in self._hub.viewers:
            viewer.end(_invite_back())

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._hub.start()
        self._heartbeat.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._heartbeat.stop()
        await self._hub.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        match = _EVENTS.fullmatch(scope["path"])
        if scope["method"] != "GET":
            await _reply(send, 405, {"error": "Live events can only be read."})
        elif scope["path"] == "/health":
            await self._tell_health(send)
        elif match is None:
            await _reply(send, 404, {"error": "There is nothing here."})
        else:
            await self._open(match[1], scope, receive, send)

    async def _tell_health(self, send: Send) -> None:
        well = self._hub.is_connected
        await _reply(send, 200 if well else 503, {"valkey": well, "viewers": len(self._hub.viewers)})

    async def _open(self, run: str, scope: Message, receive: Receive, send: Send) -> None:
        """Check everything that can be refused, then stream until the run, the viewer or this process ends."""
        query = parse_qs(scope["query_string"].decode("latin-1"))
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            ticket = check(self._ticket_key, query.get("ticket", [""])[0], run=run, now=time.time())
            self._hub.refuse_closed(ticket)
            allowed = _allow_origin(ticket, headers.get("origin"))
            mark = parse_entry_id(headers.get("last-event-id") or query.get("after", ["0-0"])[0])
        except BadTicket as error:
            await _reply(send, 403, {"error": str(error)})
        except BadMessage as error:
            await _reply(send, 400, {"error": f"Cannot resume: {error}."})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": [*STREAM_HEADERS, *allowed]})
            await send(make_message(_invite_back() + HEARTBEAT))
            task = cast("asyncio.Task[Any]", asyncio.current_task())  # an ASGI server calls the application in one
            returns_at = time.monotonic() + MAX_AGE_S * random.uniform(0.5, 1)  # noqa: S311 (not all at once)
            viewer = Viewer(send, task.cancel, user=ticket.user, mark=mark, returns_at=returns_at)
            await self._stream(run, viewer, receive)

    async def _stream(self, run: str, viewer: Viewer, receive: Receive) -> None:
        """The hub does the talking; here is only waited for the end, which is the client's leaving, too."""
        try:
            with self._hub.watching(run, viewer), self._heartbeat.of(viewer):
                while (await receive())["type"] != "http.disconnect":
                    pass
        except asyncio.CancelledError:
            if not viewer.is_over:
                raise


STREAM_HEADERS: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would hold events back
    (b"x-content-type-options", b"nosniff"),
    (b"connection", b"close"),  # whoever comes back needs a new ticket, and may come to another process
]


def _invite_back() -> bytes:
    """For clients that connect again by themselves: those who were sent away together shall not come back together."""
    return make_retry(random.randint(500, 5000))  # noqa: S311 (no secret)


def _allow_origin(ticket: Ticket, origin: str | None) -> Headers:
    """Exactly the origin that the ticket was made for. None is sent by a page of our own origin, and by no other page."""
    if origin is None:
        return [(b"vary", b"Origin")]
    if origin != ticket.origin:
        raise BadTicket("This address of live events was made for another site.")
    return [(b"vary", b"Origin"), (b"access-control-allow-origin", origin.encode("latin-1"))]


async def _reply(send: Send, status: int, words: dict[str, Any]) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), (b"vary", b"Origin")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(words).encode()})
