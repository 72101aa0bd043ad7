"""All slots: who gets the next cell, in the order of asking."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from workers.runner.cgroup import Groups
from workers.runner.policy import Sizes
from workers.runner.slot import Slot
from workers.runner.spare import Spare


class Refused(Exception):
    """No slot of this machine can give a safe cell; the text says why."""


class Pool:
    """Lends cells. A request waits while every slot is busy or still warming up."""

    def __init__(self, slots: int, groups: Groups | None = None) -> None:
        self._slots = [Slot(number, self._dispatch, groups) for number in range(slots)]
        self._waiting: deque[tuple[Sizes, asyncio.Future[tuple[Slot, Spare]]]] = deque()

    @property
    def slots(self) -> int:
        """How many runs it takes at the same time."""
        return len(self._slots)

    @property
    def refusal(self) -> str:
        """Why no slot can give a cell, or nothing while one can or may yet."""
        return self._slots[0].refusal if all(slot.refusal for slot in self._slots) else ""

    async def keep(self) -> None:
        """Keep every slot alive until cancelled."""
        async with asyncio.TaskGroup() as group:
            for slot in self._slots:
                group.create_task(slot.keep())

    @asynccontextmanager
    async def lend(self, sizes: Sizes) -> AsyncIterator[Spare]:
        """A cell, for one run. Raises `Refused`."""
        future: asyncio.Future[tuple[Slot, Spare]] = asyncio.get_running_loop().create_future()
        self._waiting.append((sizes, future))
        self._dispatch()
        try:
            slot, spare = await future
        except asyncio.CancelledError:
            self._give_back(future)
            raise
        try:
            yield spare
        finally:
            spare.close()
            slot.release()

    def _give_back(self, future: asyncio.Future[tuple[Slot, Spare]]) -> None:
        """The asker left in the moment it was served."""
        if future.done() and not future.cancelled() and future.exception() is None:
            slot, spare = future.result()
            spare.close()
            slot.release()

    def _dispatch(self) -> None:
        for sizes, future in tuple(self._waiting):
            if future.done() or self._serve(sizes, future):
                with suppress(ValueError):
                    self._waiting.remove((sizes, future))

    def _serve(self, sizes: Sizes, future: asyncio.Future[tuple[Slot, Spare]]) -> bool:
        free = [slot for slot in self._slots if not slot.busy]
        for slot in free:
            if spare := slot.take(sizes):
                future.set_result((slot, spare))
                return True
        if self.refusal:
            future.set_exception(Refused(self.refusal))
            return True
        for slot in free:
            slot.order(sizes)
        return False
