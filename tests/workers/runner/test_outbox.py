"""Lines to a cell: in order, whole, never waited for, and no more of them held back than the bound."""

from __future__ import annotations

import asyncio
import socket

from workers.protocol import Control, decode
from workers.runner.outbox import Outbox


def _control(number: int) -> Control:
    return Control(run="r", id=str(number), verb="inspect", name="x" * 500)


def test_what_a_slow_reader_has_room_for_arrives_whole_and_in_order() -> None:
    async def tell() -> list[str]:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with ours, theirs, theirs.makefile("rb") as lines:
            outbox = Outbox(ours, 4 << 20)
            sent = [number for number in range(2000) if outbox.send(_control(number))]
            heard = [await asyncio.to_thread(lines.readline) for _ in sent]
            outbox.close()
            assert len(sent) > 500
            return [message.id for line in heard if isinstance(message := decode(line), Control)]

    assert asyncio.run(tell()) == [str(number) for number in range(2000)]


def test_who_does_not_read_loses_what_goes_beyond_the_bound() -> None:
    async def tell() -> int:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with ours, theirs:
            outbox = Outbox(ours, 10_000)
            sent = sum(outbox.send(_control(number)) for number in range(5000))
            outbox.close()
            return sent

    assert 10 < asyncio.run(tell()) < 2000


def test_a_reader_that_is_gone_costs_nothing() -> None:
    async def tell() -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        theirs.close()
        with ours:
            outbox = Outbox(ours, 10_000)
            assert all(outbox.send(_control(number)) for number in range(100))
            outbox.close()

    asyncio.run(tell())
