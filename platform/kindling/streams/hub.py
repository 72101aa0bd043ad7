"""One reader of the bus per process, and the viewers it hands events to."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from redis import RedisError
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from kindling.streams.frames import Frame, Mark, make_frame
from workers.protocol import BUS, BadMessage, parse_entry_id, stream_key

logger = logging.getLogger(__name__)

BLOCK_MS = 5000
"""How long one read of the bus waits. The socket's timeout is twice that, so a half-open connection is noticed."""

QUEUE = 500
"""Events that a viewer may be behind before it is sent back to the stream."""

PAGE = 500
"""Events of a history read at a time."""

RETRY_S = 0.3


class Viewer:
    """One open stream. The hub puts frames in; the connection takes them out."""

    def __init__(self) -> None:
        self.must_reread = False
        self._frames: deque[Frame] = deque()
        self._news = asyncio.Event()

    def put(self, frame: Frame) -> None:
        """Without waiting: who is too far behind gets nothing more, and reads the stream again when it has time."""
        if len(self._frames) >= QUEUE:
            self.send_back()
        elif not self.must_reread:
            self._frames.append(frame)
            self._news.set()

    def send_back(self) -> None:
        """From here on the viewer's queue is not complete: it has to read the stream again."""
        self.must_reread = True
        self._frames.clear()
        self._news.set()

    def begin(self) -> None:
        """Before reading history: what is put from now on counts."""
        self.must_reread = False
        self._frames.clear()

    async def take(self, timeout_s: float) -> list[Frame]:
        """The frames put since last time, waiting for one at most so long; none also when it has to read again."""
        if not self._frames and not self.must_reread:
            self._news.clear()
            try:
                async with asyncio.timeout(timeout_s):
                    await self._news.wait()
            except TimeoutError:
                return []
        frames = list(self._frames)
        self._frames.clear()
        return frames


class Hub:
    """Tails the bus of all runs and hands each event to the viewers of its run."""

    def __init__(self, url: str) -> None:
        # No retries inside the client: whoever loses the connection has to know, to read again.
        retry = Retry(NoBackoff(), 0)
        self._tail = Redis.from_url(url, socket_timeout=2 * BLOCK_MS / 1000, socket_connect_timeout=2, retry=retry)
        self._history = Redis.from_url(url, socket_timeout=5, socket_connect_timeout=2, retry=retry)
        self._viewers: defaultdict[str, set[Viewer]] = defaultdict(set)
        self._connected = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def is_connected(self) -> bool:
        return self._connected.is_set()

    @property
    def viewers(self) -> int:
        return sum(len(viewers) for viewers in self._viewers.values())

    def start(self) -> None:
        """Begin to tail the bus, in the running loop."""
        self._task = asyncio.create_task(self._tail_for_ever())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._tail.aclose()
        await self._history.aclose()

    @contextmanager
    def watching(self, run: str) -> Iterator[Viewer]:
        """A viewer of this run, registered for as long as the block lasts."""
        viewer = Viewer()
        self._viewers[run].add(viewer)
        try:
            yield viewer
        finally:
            self._viewers[run].discard(viewer)
            if not self._viewers[run]:
                del self._viewers[run]

    async def wait_until_connected(self, timeout_s: float) -> bool:
        try:
            async with asyncio.timeout(timeout_s):
                await self._connected.wait()
        except TimeoutError:
            return False
        return True

    async def read_history(self, run: str, after: Mark) -> AsyncIterator[list[Frame]]:
        """What the run's stream holds beyond `after`, in order. Raises `redis.RedisError` or `OSError`."""
        while True:
            start = f"({after[0]}-{after[1]}"
            entries: Any = await self._history.xrange(stream_key(run), min=start, count=PAGE)
            frames = [_read_frame(entry_id, fields.get(b"event", b"")) for entry_id, fields in entries]
            readable = [frame for frame in frames if frame is not None]
            if readable:
                yield readable
            if len(entries) < PAGE:
                return
            after = parse_entry_id(entries[-1][0].decode())

    async def _tail_for_ever(self) -> None:
        while True:
            try:
                await self._follow_bus()
            except (RedisError, OSError) as error:
                logger.warning("Valkey is away (%s); viewers wait", error)
            self._connected.clear()
            await asyncio.sleep(RETRY_S)

    async def _follow_bus(self) -> None:
        """From the bus's present end on. Whoever watches already reads its stream again: something may be missed."""
        newest: Any = await self._tail.xrevrange(BUS, count=1)
        position: bytes = newest[0][0] if newest else b"0-0"
        for viewers in self._viewers.values():
            for viewer in viewers:
                viewer.send_back()
        self._connected.set()
        while True:
            answer: Any = await self._tail.xread({BUS: position}, count=PAGE, block=BLOCK_MS)
            for entry_id, fields in _entries(answer):
                position = entry_id
                self._hand_out(fields)

    def _hand_out(self, fields: dict[bytes, bytes]) -> None:
        viewers = self._viewers.get(fields.get(b"run", b"").decode(errors="replace"))
        if not viewers:
            return
        frame = _read_frame(fields.get(b"id", b""), fields.get(b"event", b""))
        if frame is not None:
            for viewer in viewers:
                viewer.put(frame)


def _entries(answer: Any) -> list[tuple[bytes, dict[bytes, bytes]]]:
    """The entries in an answer to XREAD of one stream, in either version of the wire protocol."""
    if not answer:
        return []
    if isinstance(answer, dict):
        ((pages),) = answer.values()
        return [entry for page in pages for entry in page]
    return list(answer[0][1])


def _read_frame(entry_id: bytes, stored: bytes) -> Frame | None:
    try:
        return make_frame(entry_id.decode(errors="replace"), stored)
    except BadMessage as error:
        logger.error("Not an event in a stream: %s", error)
        return None
