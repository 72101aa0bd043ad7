"""A sign of life on every stream, so that both ends notice when the other is gone."""

from __future__ import annotations

import asyncio
import itertools
import time

from kindling.streams.frames import HEARTBEAT
from kindling.streams.viewer import Viewer, make_message

HEARTBEAT_S = 15.0
SIGN = make_message(HEARTBEAT)
BEAT_S = 0.1
"""Viewers take turns, a few at each beat, so that no event waits long behind heartbeats: 9,000 would take 0.15 s."""


class Heartbeat:
    """One timer for all streams of a process; it also ends those that have become old."""

    def __init__(self) -> None:
        self._turns: list[set[Viewer]] = [set() for _ in range(round(HEARTBEAT_S / BEAT_S))]
        self._next = itertools.cycle(range(len(self._turns)))
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._beat_for_ever())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def enter(self, viewer: Viewer) -> None:
        """From now on the viewer's stream shows life."""
        viewer.turn = next(self._next)
        self._turns[viewer.turn].add(viewer)

    def leave(self, viewer: Viewer) -> None:
        self._turns[viewer.turn].discard(viewer)

    async def _beat_for_ever(self) -> None:
        for turn in itertools.cycle(range(len(self._turns))):
            await asyncio.sleep(BEAT_S)
            self.beat(turn, time.monotonic())

    def beat(self, turn: int, now: float) -> None:
        """A sign of life for those whose turn it is, or the end where that is due."""
        for viewer in tuple(self._turns[turn]):
            if now > viewer.returns_at:
                viewer.end()
            elif viewer.takes_more:
                viewer.tell(SIGN)
