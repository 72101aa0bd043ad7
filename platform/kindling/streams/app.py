"""The ASGI application: `GET /runs/<uuid>/events?ticket=…` (Server-Sent Events), the same of
`/rooms/person:<id>/`, `/rooms/thread:<id>/` and `/rooms/thread:<id>,person:<id>/`, and `GET /health`."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any, cast

from apps.runs.tickets import BadTicket
from kindling.streams.admission import Admission, Headers, Refused, admit
from kindling.streams.frames import HEARTBEAT, make_retry
from kindling.streams.heartbeat import Heartbeat
from kindling.streams.hub import Hub
from kindling.streams.viewer import Message, Send, Viewer, make_message

Receive = Callable[[], Awaitable[Message]]

MAX_AGE_S = 1800
"""A stream ends by then and its viewer comes back with a new ticket: nobody watches much longer than they may, whatever
message about that was lost."""

STREAM_HEADERS: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would hold events back
    (b"x-content-type-options", b"nosniff"),
    (b"connection", b"close"),  # whoever comes back needs a new ticket, and may come to another process
]


class LiveEvents:
    """One process's worth of live streams over one hub."""

    def __init__(self, hub: Hub, ticket_key: str) -> None:
        self._hub = hub
        self._ticket_key = ticket_key
        self._heartbeat = Heartbeat()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["method"] != "GET":
            await _reply(send, 405, {"error": "Live events can only be read."})
        elif scope["path"] == "/health":
            await self._tell_health(send)
        else:
            await self._open(scope, receive, send)

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

    async def _tell_health(self, send: Send) -> None:
        well = self._hub.is_connected
        await _reply(send, 200 if well else 503, {"valkey": well, "viewers": len(self._hub.viewers)})

    async def _open(self, scope: Message, receive: Receive, send: Send) -> None:
        try:
            admission = self._admit(scope)
        except Refused as refusal:
            await _reply(send, refusal.status, {"error": refusal.words})
            return
        # Uvicorn keeps a request for as long as it is answered, and its headers cost as much as all else of a viewer.
        scope["headers"].clear()
        await send({"type": "http.response.start", "status": 200, "headers": [*STREAM_HEADERS, *admission.headers]})
        await send(make_message(_invite_back() + HEARTBEAT))
        await self._stream(admission.ticket.rooms, _make_viewer(admission, send), receive)

    def _admit(self, scope: Message) -> Admission:
        admission = admit(scope, ticket_key=self._ticket_key, now=time.time())
        try:
            self._hub.refuse_closed(admission.ticket)
        except BadTicket as error:
            raise Refused(403, str(error)) from error
        return admission

    async def _stream(self, rooms: list[str], viewer: Viewer, receive: Receive) -> None:
        """The hub does the talking; here is only waited for the end, which is the client's leaving, too."""
        for room in rooms:
            self._hub.enter(room, viewer)
        self._heartbeat.enter(viewer)
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        except asyncio.CancelledError:
            if not viewer.is_over:
                raise
        finally:
            self._heartbeat.leave(viewer)
            for room in rooms:
                self._hub.leave(room, viewer)


def _make_viewer(admission: Admission, send: Send) -> Viewer:
    task = cast("asyncio.Task[Any]", asyncio.current_task())  # an ASGI server calls the application in one
    returns_at = time.monotonic() + MAX_AGE_S * random.uniform(0.5, 1)  # noqa: S311 (not all at once)
    return Viewer(send, task.cancel, user=admission.ticket.user, mark=admission.mark, returns_at=returns_at)


def _invite_back() -> bytes:
    """For clients that connect again by themselves: those who were sent away together shall not come back together."""
    return make_retry(random.randint(500, 5000))  # noqa: S311 (no secret)


async def _reply(send: Send, status: int, words: dict[str, Any]) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), (b"vary", b"Origin")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(words).encode()})
