"""The viewers of one run."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from kindling.streams.frames import Frame, Mark, cut_up, has_gap
from kindling.streams.viewer import Viewer, make_message


class Page(NamedTuple):
    """A part of a run's stream: the frame at the mark that was asked for, if it is there, and what comes after it."""

    frames: list[Frame]
    mark: Mark
    """Where the page ends, also when its last entry could not be read."""
    is_end: bool


Read = Callable[[str, Mark], Awaitable[Page]]


class Room:
    """Everybody who watches a run: who is live, who reads the stream to become so, and who waits for the own connection.

    A viewer is live when it had read the stream's end and no news came while it read; from then on it is given the
    news. Those who have come equally far read together. Whoever misses anything reads again: the stream is the only queue.
    """

    __slots__ = ("_behind", "_news", "_read", "_reading", "_run", "_viewers")

    def __init__(self, run: str, read: Read) -> None:
        self._run, self._read = run, read
        self._viewers: set[Viewer] = set()
        self._behind: dict[Viewer, None] = {}
        self._reading: asyncio.Task[None] | None = None
        self._news = 0

    def __len__(self) -> int:
        return len(self._viewers)

    def __iter__(self) -> Iterator[Viewer]:
        return iter(tuple(self._viewers))

    def enter(self, viewer: Viewer) -> None:
        self._viewers.add(viewer)
        viewer.on_free = self.send_back
        self.send_back(viewer)

    def leave(self, viewer: Viewer) -> None:
        self._viewers.discard(viewer)
        self._behind.pop(viewer, None)
        if not self._viewers and self._reading:
            self._reading.cancel()

    def send_back(self, viewer: Viewer) -> None:
        """To the stream: from here on the viewer may miss something."""
        viewer.is_live = False
        self._behind[viewer] = None
        if self._reading is None:
            self._reading = asyncio.get_running_loop().create_task(self._catch_up())

    def begin_again(self) -> None:
        """Something may have been missed by everybody."""
        self._news += 1
        for viewer in self._viewers:
            if viewer.is_live:
                self.send_back(viewer)

    def hear(self, frames: Sequence[Frame]) -> None:
        """News, in order."""
        self._news += 1
        for mark, viewers in _group(viewer for viewer in self._viewers if viewer.is_live).items():
            fresh = [frame for frame in frames if frame.mark > mark]
            if has_gap(mark, fresh):  # the bus was faster than this process; the stream may still have it
                for viewer in viewers:
                    self.send_back(viewer)
            else:
                _hand_out(viewers, mark, fresh)

    def hear_passing(self, text: bytes) -> None:
        """Words without a number: they stand in no order with the events, and whoever cannot take them now never needs them."""
        message = make_message(text)
        for viewer in self:
            if viewer.takes_more:
                viewer.tell(message)

    async def _catch_up(self) -> None:
        while self._behind:
            mark = next(iter(self._behind)).mark
            together = [viewer for viewer in self._behind if viewer.mark == mark]
            for viewer in together:
                del self._behind[viewer]
            news = self._news
            page = await self._read(self._run, mark)
            self._turn(together, mark, page, is_current=news == self._news)
        self._reading = None

    def _turn(self, viewers: list[Viewer], mark: Mark, page: Page, *, is_current: bool) -> None:
        """Gives a page to those who wait for it; at the end of the stream they are live."""
        present = [viewer for viewer in viewers if viewer in self._viewers and viewer.takes_more]
        fresh = [frame for frame in page.frames if frame.mark > mark]
        if not fresh and page.frames and page.frames[-1].is_last:
            for viewer in present:
                viewer.end()  # it had come back after the end
            return
        for viewer in _hand_out(present, mark, fresh):
            viewer.mark = page.mark
            if page.is_end and is_current:
                viewer.is_live = True
            else:
                self._behind[viewer] = None


def _group(viewers: Iterable[Viewer]) -> dict[Mark, list[Viewer]]:
    groups: defaultdict[Mark, list[Viewer]] = defaultdict(list)
    for viewer in viewers:
        groups[viewer.mark].append(viewer)
    return groups


def _hand_out(viewers: list[Viewer], mark: Mark, frames: Sequence[Frame]) -> list[Viewer]:
    """Gives the frames to viewers at `mark`; answers those who have taken them all and can take more."""
    for piece in cut_up(mark, frames):
        message = make_message(piece.text, is_last=piece.is_last)
        viewers = [viewer for viewer in viewers if viewer.give(piece, message)]
    return viewers
