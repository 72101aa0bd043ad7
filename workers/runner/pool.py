"""All slots: who gets the next cell, in the order of asking."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from workers.runner import ladder
from workers.runner.bubblewrap import Unfit
from workers.runner.cgroup import Groups
from workers.runner.outside import Outfit
from workers.runner.policy import Sizes, Tier
from workers.runner.slot import Slot
from workers.runner.spare import Spare

log = logging.getLogger(__name__)


class Refused(Exception):
    """No slot of this machine can give a safe cell; the text says why."""


_CLIMB_AGAIN_S = 15.0


@dataclass(frozen=True, slots=True)
class _Wish:
    sizes: Sizes
    device: str
    future: asyncio.Future[tuple[Slot, Spare]]


class Pool:
    """Lends cells. A request waits while every slot is busy or still warming up.

    There is one slot for each of `outfits`. `tier` says how runs are kept in, once that is known; `forced` names the
    one and only tier to try.
    """

    def __init__(self, outfits: Sequence[Outfit], groups: Groups | None = None, forced: str | None = None) -> None:
        self._outfits = list(outfits)
        self._groups = groups
        self._forced = forced
        self._slots: list[Slot] = []
        self._unfit = ""
        self._waiting: deque[_Wish] = deque()
        self.tier = ""

    @property
    def slots(self) -> int:
        """How many runs it takes at the same time on the CPU."""
        return sum(slot.device == "cpu" for slot in self._slots or self._outfits)

    @property
    def accelerators(self) -> list[str]:
        """The names of those that take runs, one each."""
        return [slot.name for slot in self._slots if slot.device == "gpu" and not slot.refusal]

    @property
    def torch(self) -> str:
        """The version that its runs import; all slots have one interpreter. "" until the first is warm."""
        return next((slot.torch for slot in self._slots if slot.torch), "")

    @property
    def refusal(self) -> str:
        """Why no slot can give a cell, or nothing while one can or may yet."""
        if self._slots and all(slot.refusal for slot in self._slots):
            return self._slots[0].refusal
        return self._unfit

    async def keep(self) -> None:
        """Find the best tier, and keep every slot alive until cancelled."""
        tier = await self._climb()
        outfits = self._outfits[: tier.most_slots]
        if len(outfits) < len(self._outfits):
            log.warning("on this tier there can be %d slot, not %d", len(outfits), len(self._outfits))
        self._slots = [
            Slot(number, tier, outfit, self._dispatch, self._groups) for number, outfit in enumerate(outfits)
        ]
        async with asyncio.TaskGroup() as group:
            for slot in self._slots:
                group.create_task(slot.keep())

    async def _climb(self) -> Tier:
        """Again and again: what is missing may be put right while jobs are refused."""
        while True:
            try:
                tier = await asyncio.to_thread(ladder.choose, self._forced)
            except Unfit as reason:
                log.error("this machine cannot run code safely: %s", reason)
                self._unfit = str(reason)
                self._dispatch()
                await asyncio.sleep(_CLIMB_AGAIN_S)
            else:
                self._unfit, self.tier = "", str(tier)
                log.info("runs are kept in by %s", tier)
                return tier

    @asynccontextmanager
    async def lend(self, sizes: Sizes, device: str = "cpu") -> AsyncIterator[Spare]:
        """A cell that computes on `device`, for one run. Raises `Refused`."""
        future: asyncio.Future[tuple[Slot, Spare]] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Wish(sizes, device, future))
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
            slot.release(spare)

    def _give_back(self, future: asyncio.Future[tuple[Slot, Spare]]) -> None:
        """The asker left in the moment it was served."""
        if future.done() and not future.cancelled() and future.exception() is None:
            slot, spare = future.result()
            spare.close()
            slot.release(spare)

    def _dispatch(self) -> None:
        for wish in tuple(self._waiting):
            if wish.future.done() or self._serve(wish):
                with suppress(ValueError):
                    self._waiting.remove(wish)

    def _serve(self, wish: _Wish) -> bool:
        """Whether there is nothing left to wait for."""
        fit = [slot for slot in self._slots if slot.device == wish.device]
        free = [slot for slot in fit if not slot.busy]
        for slot in free:
            if spare := slot.take(wish.sizes):
                wish.future.set_result((slot, spare))
                return True
        if reason := self._refusal_of(fit):
            wish.future.set_exception(Refused(reason))
            return True
        for slot in free:
            slot.order(wish.sizes)
        return False

    def _refusal_of(self, fit: list[Slot]) -> str:
        """Why none of these will do; nothing while one may."""
        if self._unfit or not self._slots:
            return self._unfit
        if not fit:
            return "this machine has none"
        return fit[0].refusal if all(slot.refusal for slot in fit) else ""
