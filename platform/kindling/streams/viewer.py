"""One open live stream: how far it has come, and whether it takes more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Generator, MutableMapping
from typing import Any

from kindling.streams.frames import Mark, Piece

Message = MutableMapping[str, Any]
Send = Callable[[Message], Coroutine[Any, Any, None]]

SEND_TIMEOUT_S = 30.0
"""A viewer that takes nothing for so long is cut off; it may come back and resume."""

logger = logging.getLogger(__name__)


class Viewer:
    """Where a stream's words go. It has no task and no queue: what it cannot take now, it reads later from Valkey.

    `on_free` is called when a viewer that could take no more has taken everything it was given; `cut` ends the
    connection with the answer unfinished.
    """

    __slots__ = ("_cut", "_send", "_waiting", "is_live", "is_over", "mark", "on_free", "returns_at", "turn", "user")

    def __init__(self, send: Send, cut: Callable[[], object], *, user: str, mark: Mark, returns_at: float) -> None:
        self.user = user
        self.mark = mark
        self.returns_at = returns_at
        self.is_live = False
        """Whether it has read everything that there is, and goes on with what comes."""
        self.is_over = False
        self.on_free: Callable[[Viewer], None] | None = None
        self.turn = 0
        """When it is shown a sign of life."""
        self._send, self._cut = send, cut
        self._waiting: asyncio.Task[None] | None = None

    @property
    def takes_more(self) -> bool:
        """Whether its stream goes on and its connection is not full."""
        return self._waiting is None and not self.is_over

    def give(self, piece: Piece, message: Message) -> bool:
        """Sends the piece, as `message` has it. Whether the viewer can take more now."""
        self.mark = piece.mark
        self.is_over = piece.is_last
        return self.tell(message) and not self.is_over

    def tell(self, message: Message) -> bool:
        """Hands words to the connection. False when that has to wait, or failed: the viewer is live no more.

        What a connection raises concerns nobody but its viewer.
        """
        try:
            rest = begin(self._send(message))
        except Exception as error:  # noqa: BLE001 (a hostile client can bring its half of the protocol down)
            logger.info("A viewer's connection is broken: %s", error)
            self.cut()
            return False
        if rest is None:
            return True
        self.is_live = False
        self._waiting = asyncio.get_running_loop().create_task(self._wait(rest))
        return False

    def end(self, last_words: bytes = b"") -> None:
        """Ends the stream in order, or at once when the viewer does not even take that."""
        if not self.takes_more:
            self.cut()
            return
        self.is_over, self.is_live = True, False
        self.tell(make_message(last_words, is_last=True))

    def cut(self) -> None:
        self.is_over, self.is_live = True, False
        self._cut()

    async def _wait(self, rest: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await rest
        except TimeoutError:
            logger.info("A viewer took nothing for %.0f s and is cut off", SEND_TIMEOUT_S)
            self.cut()
        self._waiting = None
        if self.on_free and not self.is_over:
            self.on_free(self)


def make_message(text: bytes, *, is_last: bool = False) -> Message:
    """As ASGI has it. One serves all viewers: no server changes it."""
    return {"type": "http.response.body", "body": text, "more_body": not is_last}


def begin(sending: Coroutine[Any, Any, None]) -> Awaitable[None] | None:
    """Runs a coroutine as far as it comes without waiting. None when it came to its end, else the rest.

    Nearly always a connection takes what it is given, and needs no task for it: a task for each of 5,000 viewers takes
    as long as their writes. (From Python 3.12 on, eager tasks do this.)
    """
    try:
        waits_for = sending.send(None)
    except StopIteration:
        return None
    return _Rest(sending, waits_for)


class _Rest:
    """A coroutine that has begun."""

    def __init__(self, begun: Coroutine[Any, Any, None], waits_for: object) -> None:
        self._begun, self._waits_for = begun, waits_for

    def __await__(self) -> Generator[Any, None, None]:
        try:
            while True:
                yield self._waits_for
                self._waits_for = self._begun.send(None)
        except StopIteration:
            return
        finally:
            self._begun.close()
