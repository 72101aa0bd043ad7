"""The ASGI application: `GET /runs/<uuid>/events?ticket=…` (Server-Sent Events) and `GET /health`."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from redis import RedisError

from apps.runs.tickets import BadTicket, Ticket, check
from kindling.streams.frames import HEARTBEAT, Frame, Mark, has_gap, join
from kindling.streams.hub import RETRY_S, Hub, Viewer
from workers.protocol import BadMessage, parse_entry_id

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


class Batch(NamedTuple):
    """Events that were read at once, from the stream or from the bus."""

    frames: list[Frame]
    is_live: bool


HEARTBEAT_S = 15.0
SEND_TIMEOUT_S = 30.0
"""A viewer that takes nothing for so long is cut off; it may come back and resume."""

_EVENTS = re.compile(r"/runs/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/events")


class LiveEvents:
    """One process's worth of live streams over one hub."""

    def __init__(self, hub: Hub, ticket_key: str) -> None:
        self._hub = hub
        self._ticket_key = ticket_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._hub.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._hub.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
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
        await _reply(send, 200 if well else 503, {"valkey": well, "viewers": self._hub.viewers})

    async def _open(self, run: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Check everything that can be refused, then stream until the run, the viewer or this process ends."""
        query = parse_qs(scope["query_string"].decode("latin-1"))
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            ticket = check(self._ticket_key, query.get("ticket", [""])[0], run=run, now=time.time())
            allowed = _allow_origin(ticket, headers.get("origin"))
            after = parse_entry_id(headers.get("last-event-id") or query.get("after", ["0-0"])[0])
        except BadTicket as error:
            await _reply(send, 403, {"error": str(error)})
        except BadMessage as error:
            await _reply(send, 400, {"error": f"Cannot resume: {error}."})
        else:
            await self._stream(run, after, allowed, receive, send)

    async def _stream(self, run: str, after: Mark, allowed: Headers, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [*STREAM_HEADERS, *allowed]})
        sending = asyncio.create_task(self._send_all(run, after, send))
        leaving = asyncio.create_task(_wait_for_disconnect(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sending.cancel()
            leaving.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send_all(self, run: str, after: Mark, send: Send) -> None:
        """Sends chunk by chunk; a viewer that is too slow is left with an unfinished answer."""
        async with asyncio.timeout(SEND_TIMEOUT_S) as patience:
            await send({"type": "http.response.body", "body": HEARTBEAT, "more_body": True})
            async for chunk in self._chunks(run, after):
                patience.reschedule(asyncio.get_running_loop().time() + SEND_TIMEOUT_S)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    async def _chunks(self, run: str, mark: Mark) -> AsyncIterator[bytes]:
        """Everything beyond the mark, each event once and in order, up to the final state; heartbeats in between."""
        with self._hub.watching(run) as viewer:
            while True:
                async for batch in self._read_once(run, viewer, mark):
                    fresh = [frame for frame in batch.frames if frame.mark > mark]
                    if batch.is_live and has_gap(mark, fresh):
                        viewer.send_back()  # the bus was faster than this process; the stream may still have it
                        continue
                    if fresh or not batch.frames:
                        yield join(mark, fresh) or HEARTBEAT
                    if fresh:
                        mark = fresh[-1].mark
                        if fresh[-1].is_last:
                            return

    async def _read_once(self, run: str, viewer: Viewer, mark: Mark) -> AsyncIterator[Batch]:
        """History, then what is live, until the viewer has to read again. An empty batch is a sign of life."""
        if not await self._hub.wait_until_connected(HEARTBEAT_S):
            yield Batch([], is_live=True)
            return
        viewer.begin()
        try:
            async for frames in self._hub.read_history(run, mark):
                yield Batch(frames, is_live=False)
        except (RedisError, OSError):
            await asyncio.sleep(RETRY_S)
            return
        while not viewer.must_reread:
            frames = await viewer.take(HEARTBEAT_S)
            if frames or not viewer.must_reread:
                yield Batch(frames, is_live=True)


STREAM_HEADERS: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would hold events back
    (b"x-content-type-options", b"nosniff"),
]


def _allow_origin(ticket: Ticket, origin: str | None) -> Headers:
    """Exactly the origin that the ticket was made for. None is sent by a page of our own origin, and by no other page."""
    if origin is None:
        return [(b"vary", b"Origin")]
    if origin != ticket.origin:
        raise BadTicket("This address of live events was made for another site.")
    return [(b"vary", b"Origin"), (b"access-control-allow-origin", origin.encode("latin-1"))]


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _reply(send: Send, status: int, words: dict[str, Any]) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), (b"vary", b"Origin")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(words).encode()})
