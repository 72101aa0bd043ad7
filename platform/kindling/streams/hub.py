"""One reader of Valkey per process, and the rooms it hands events to."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from typing import Any

from redis import RedisError, ResponseError
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from apps.runs.tickets import CLOSINGS, LIFETIME_S, Ticket, is_room
from kindling.streams.closings import Closing, Closings, read_closing
from kindling.streams.frames import Frame, Mark, make_frame, make_passing
from kindling.streams.histories import PAGE, Entries, Histories
from kindling.streams.room import Page, Room
from kindling.streams.viewer import Viewer
from workers.protocol import BUS, BadMessage

logger = logging.getLogger(__name__)

BLOCK_MS = 5000
"""How long one read of the news waits. The socket's timeout is twice that, so a half-open connection is noticed."""

NEWS = 100
"""Entries of the bus read at a time."""

RETRY_S = 0.3
READ_AGAIN_S = 10
"""After Valkey has refused to read a run, which no waiting cures."""


class Hub:
    """Tails the bus of all runs and hands each event to the room of its run; ends the streams of who may watch no more."""

    def __init__(self, url: str) -> None:
        # No retries inside the client: whoever loses the connection has to know, to read again.
        retry = Retry(NoBackoff(), 0)
        self._tail = Redis.from_url(url, socket_timeout=2 * BLOCK_MS / 1000, socket_connect_timeout=2, retry=retry)
        self._reader = Redis.from_url(url, socket_timeout=5, socket_connect_timeout=2, retry=retry)
        self._histories = Histories(self._reader)
        self._rooms: dict[str, Room] = {}
        self._closed = Closings()
        self._closings = b""
        self._connected = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def is_connected(self) -> bool:
        return self._connected.is_set()

    @property
    def viewers(self) -> set[Viewer]:
        """Each once, in however many rooms."""
        return {viewer for room in self._rooms.values() for viewer in room}

    def start(self) -> None:
        """Begin to tail the bus, in the running loop."""
        self._task = asyncio.create_task(self._tail_for_ever())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._tail.aclose()
        await self._reader.aclose()

    def enter(self, run: str, viewer: Viewer) -> None:
        """From now on the viewer is given all events of the run beyond its mark."""
        if run not in self._rooms:
            self._rooms[run] = Room(run, self._read)
        self._rooms[run].enter(viewer)

    def leave(self, run: str, viewer: Viewer) -> None:
        self._rooms[run].leave(viewer)
        if not self._rooms[run]:
            del self._rooms[run]

    def refuse_closed(self, ticket: Ticket) -> None:
        """Raises `BadTicket` for one that was made before its streams were ended."""
        self._closed.check(ticket)

    async def _read(self, run: str, mark: Mark) -> Page:
        """A page of the run's stream. Waits for as long as Valkey is away. Other rooms keep nothing to be read."""
        if is_room(run):
            return Page([], mark, is_end=True)
        while True:
            await self._connected.wait()
            try:
                entries = await self._histories.read(run, mark)
            except ResponseError as error:
                logger.error("Run %s cannot be read: %s", run, error)
                await asyncio.sleep(READ_AGAIN_S)
            except (RedisError, OSError):  # the reader of the bus notices too, and says so once
                await asyncio.sleep(RETRY_S)
            else:
                frames = [frame for entry_id, fields in entries if (frame := _read_frame(entry_id, fields))]
                return Page(frames, _read_id(entries[-1][0]) if entries else mark, len(entries) < PAGE)

    async def _tail_for_ever(self) -> None:
        while True:
            try:
                await self._follow()
            except (RedisError, OSError) as error:
                logger.warning("Valkey is away (%s); viewers wait", error)
            self._connected.clear()
            await asyncio.sleep(RETRY_S)

    async def _follow(self) -> None:
        """News from now on. Whoever watches already reads its stream again: something may be missed."""
        positions = {BUS: await self._find_end(BUS), CLOSINGS: await self._find_closings()}
        for room in self._rooms.values():
            room.begin_again()
        self._connected.set()
        while True:
            answer: Any = await self._tail.xread(positions, count=NEWS, block=BLOCK_MS)  # type: ignore[arg-type]
            for key, entries in _list_answers(answer):
                positions[key] = entries[-1][0]
                if key == BUS:
                    self._hand_out(entries)
                else:
                    self._close(entries)

    async def _find_end(self, key: str) -> bytes:
        newest: Any = await self._tail.xrevrange(key, count=1)
        return newest[0][0] if newest else b"0-0"

    async def _find_closings(self) -> bytes:
        """From where closings concern us: from those missed while Valkey was away, and as long as a ticket lives back."""
        milliseconds, _ = _read_id(await self._find_end(CLOSINGS))
        start = f"{max(0, milliseconds - LIFETIME_S * 1000)}-0".encode()
        return min(start, self._closings or start, key=_read_id)

    def _hand_out(self, entries: Entries) -> None:
        """News of the same run are told together."""
        frames: defaultdict[str, list[Frame]] = defaultdict(list)
        for _, fields in entries:
            run = fields.get(b"run", b"").decode(errors="replace")
            if not fields.get(b"id"):
                self._hand_passing(run.split(), fields)
            elif run not in self._rooms:
                continue
            elif frame := _read_frame(fields[b"id"], fields):
                frames[run].append(frame)
        for run, news in frames.items():
            self._rooms[run].hear(news)

    def _hand_passing(self, names: list[str], fields: dict[bytes, bytes]) -> None:
        """Words without a number, to all rooms of these names."""
        rooms = [self._rooms[name] for name in names if name in self._rooms]
        try:
            text = make_passing(fields.get(b"event", b"")) if rooms else b""
        except BadMessage as error:
            logger.error("Not an event on the bus: %s", error)
            return
        for room in rooms:
            room.hear_passing(text)

    def _close(self, entries: Entries) -> None:
        for entry_id, fields in entries:
            self._closings = entry_id
            if closing := read_closing(fields):
                self._end_streams(closing)

    def _end_streams(self, closing: Closing) -> None:
        self._closed.note(closing)
        rooms = self._rooms.items()
        for viewer in {viewer for run, room in rooms for viewer in room if closing.ends(viewer.user, run)}:
            viewer.end()


def _list_answers(answer: Any) -> list[tuple[str, Entries]]:
    """What XREAD found in each stream, in either version of the wire protocol."""
    if isinstance(answer, dict):
        return [(key.decode(), [entry for page in pages for entry in page]) for key, pages in answer.items()]
    return [(key.decode(), entries) for key, entries in answer or []]


def _read_frame(entry_id: bytes, fields: dict[bytes, bytes]) -> Frame | None:
    try:
        return make_frame(entry_id.decode(errors="replace"), fields.get(b"event", b""))
    except BadMessage as error:
        logger.error("Not an event in a stream: %s", error)
        return None


def _read_id(entry_id: bytes) -> Mark:
    """As Valkey numbers entries, which need not be as we do."""
    first, _, second = entry_id.partition(b"-")
    return int(first), int(second)
