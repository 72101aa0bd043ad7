"""A viewer over a connection that takes words at once, later, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from kindling.streams.frames import Piece
from kindling.streams.heartbeat import Heartbeat
from kindling.streams.viewer import Viewer, begin, make_message

PIECE = Piece((1, 2), b"words", is_last=False)


class Connection:
    """Like an ASGI server's: `send` waits while the client has no room."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.is_open = True
        self.was_cut = False
        self.room = asyncio.Event()
        self.room.set()

    async def send(self, message: Any) -> None:
        await self.room.wait()
        self.sent.append(message["body"])
        self.is_open = message["more_body"]

    def cut(self) -> None:
        self.was_cut = True


def make_viewer(connection: Connection, *, returns_at: float = 1e9) -> Viewer:
    return Viewer(connection.send, connection.cut, user="7", mark=(1, 1), returns_at=returns_at)


def test_what_a_connection_takes_at_once_needs_no_task() -> None:
    async def tell() -> None:
        connection = Connection()
        viewer = make_viewer(connection)
        assert viewer.give(PIECE, make_message(PIECE.text))
        assert (connection.sent, viewer.mark) == ([b"words"], (1, 2))
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(tell())


def test_a_full_connection_is_told_the_words_once_when_it_has_room() -> None:
    async def tell() -> None:
        connection, free = Connection(), list[Viewer]()
        viewer = make_viewer(connection)
        viewer.on_free = free.append
        connection.room.clear()
        assert not viewer.give(PIECE, make_message(PIECE.text))
        assert not viewer.takes_more
        connection.room.set()
        await _until(lambda: viewer.takes_more)
        assert (connection.sent, free) == ([b"words"], [viewer])

    asyncio.run(tell())


def test_a_full_connection_is_cut_rather_than_waited_for_at_the_end() -> None:
    async def tell() -> None:
        connection = Connection()
        viewer = make_viewer(connection)
        connection.room.clear()
        viewer.give(PIECE, make_message(PIECE.text))
        viewer.end(b"farewell")
        assert connection.was_cut
        assert viewer.is_over

    asyncio.run(tell())


def test_a_connection_that_breaks_concerns_its_viewer_only() -> None:
    async def break_down(_: object) -> None:
        raise RuntimeError("the protocol is in another state")

    async def tell() -> None:
        connection = Connection()
        viewer = Viewer(break_down, connection.cut, user="", mark=(0, 0), returns_at=0)
        assert not viewer.give(PIECE, make_message(PIECE.text))
        assert connection.was_cut

    asyncio.run(tell())


def test_a_viewer_shows_life_until_it_has_to_come_back() -> None:
    async def tell() -> None:
        connection, heartbeat = Connection(), Heartbeat()
        viewer = make_viewer(connection, returns_at=100)
        heartbeat.enter(viewer)
        heartbeat.beat(viewer.turn, now=99)
        assert connection.sent == [b": still here\n\n"]
        assert connection.is_open
        heartbeat.beat(viewer.turn, now=101)
        assert not connection.is_open

    asyncio.run(tell())


def test_what_has_begun_goes_on_through_every_wait() -> None:
    async def wait_twice(seen: list[str]) -> None:
        for step in ("one", "two"):
            await asyncio.sleep(0)
            seen.append(step)

    async def go() -> list[str]:
        seen: list[str] = []
        rest = begin(wait_twice(seen))
        assert rest
        assert seen == []
        await rest
        return seen

    assert asyncio.run(go()) == ["one", "two"]


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)
