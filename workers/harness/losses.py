"""The losses of one run, gathered at the cost of one append each."""

from __future__ import annotations

import threading
from array import array
from typing import cast

import torch

from workers.harness.thinning import Point


class Losses:
    """One for each backward pass, numbered from 1. The student's threads `keep` or `skip`, the pulse takes.

    Almost every loss is one number, so these lie in an array that says nothing but their values (8 bytes, and nothing
    for the garbage collector to count). Which pass each belongs to follows from its place; `skip` sees to the others.
    """

    def __init__(self) -> None:
        self._values = array("d")
        self.keep = self._values.append
        """The next pass's loss, a float. Raises `TypeError` for a complex number."""
        self._before = 0
        self._gathered: list[tuple[int, float | torch.Tensor]] = []
        self._unread = False
        self._settling = threading.Lock()

    @property
    def count(self) -> int:
        """Backward passes so far."""
        with self._settling:
            return self._before + len(self._values)

    def skip(self, value: float | torch.Tensor | None) -> None:
        """The next pass's loss is none, or one that is read only when it is taken."""
        with self._settling:
            self._settle()
            self._before += 1
            if value is not None:
                self._gathered.append((self._before, value))
                self._unread = self._unread or type(value) is not float

    def take(self) -> list[Point]:
        """Those that nobody has taken. Reading a number that lies on a GPU waits for it: here, and not in the training."""
        with self._settling:
            self._settle()
            taken, self._gathered = self._gathered, []
            unread, self._unread = self._unread, False
        return [(step, float(value)) for step, value in taken] if unread else cast(list[Point], taken)

    def _settle(self) -> None:
        """Number what lies in the array; what is appended meanwhile stays there."""
        count = len(self._values)
        self._gathered += zip(range(self._before + 1, self._before + count + 1), self._values[:count], strict=True)
        self._before += count
        del self._values[:count]
