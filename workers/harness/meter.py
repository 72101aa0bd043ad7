"""Watches training without a change to the code: every loss that is differentiated, every step of an optimiser.

`torch.autograd.backward` is what both spellings of the backward pass reach, so it is wrapped once, in the zygote.
The cost is one `item()` and one append a step; a thread sends what has gathered 20 times a second.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import torch
from torch.optim.optimizer import register_optimizer_step_post_hook

from workers.harness.loops import total_steps
from workers.harness.thinning import thin
from workers.harness.wire import Wire

_PAUSE_S = 0.05
_EXACT_POINTS = 5000
_POINTS_PER_BATCH = 20
_POINTS_PER_EVENT = 1000


class Meter:
    """Counts losses and steps of one run. A loss has the number of its backward pass, from 1, as its step."""

    def __init__(self) -> None:
        self._wire: Wire | None = None
        self._sending = threading.Lock()
        self._clear()

    def install(self) -> None:
        """Put the hooks in, for the life of this process and its forks."""
        torch.autograd.backward = _wrapped(torch.autograd.backward, self._on_backward)
        register_optimizer_step_post_hook(lambda optimizer, args, kwargs: self._on_step())
        os.register_at_fork(after_in_child=self._after_fork)

    def begin(self, wire: Wire, listing: str, code: str) -> None:
        """Watch from here on, and report on `wire`."""
        self._clear()
        self._listing, self._code = listing, code
        self._began = time.monotonic()
        self._wire = wire

    def end(self) -> None:
        """Report the rest, and watch no more. Harmless when repeated."""
        if self._wire is not None:
            self._flush()
            self._wire = None

    def _clear(self) -> None:
        self._points: deque[tuple[int, float]] = deque()
        self._backwards = 0
        self._steps = 0
        self._total: int | None = None
        self._sought_total = False
        self._sent_points = 0
        self._sent_steps = 0
        self._sent_at = 0.0
        self._thread: threading.Thread | None = None
        self._listing = self._code = ""
        self._began = 0.0

    def _after_fork(self) -> None:
        """A process that the student's code forks (a DataLoader's worker) is not watched, and inherits no lock."""
        self._wire = None
        self._sending = threading.Lock()

    def _on_backward(self, tensors: Any) -> None:
        wire = self._wire
        if wire is None:
            return
        self._backwards += 1
        loss = tensors if isinstance(tensors, torch.Tensor) else tensors[0] if len(tensors) == 1 else None
        if loss is not None and loss.numel() == 1 and not loss.is_complex():
            self._points.append((self._backwards, loss.item()))
        if not self._sought_total:
            self._seek_total()
        if self._thread is None:
            self._flush()
            self._thread = self._start_thread(wire)

    def _on_step(self) -> None:
        self._steps += 1

    def _seek_total(self) -> None:
        self._sought_total = True
        self._total = total_steps(self._code, self._listing)

    def _start_thread(self, wire: Wire) -> threading.Thread:
        """None is really started for a rehearsal, since a zygote with a second thread could not fork."""
        thread = threading.Thread(target=self._send_on, args=(wire,), name="meter", daemon=True)
        if wire.connected:
            with suppress(RuntimeError):  # no thread to be had under the run's limits: everything is sent at the end
                thread.start()
        return thread

    def _send_on(self, wire: Wire) -> None:
        while self._wire is wire:
            time.sleep(_PAUSE_S)
            self._flush()

    def _flush(self) -> None:
        with self._sending:
            if self._wire is None:
                return
            self._send_points(self._wire)
            self._send_progress(self._wire)

    def _send_points(self, wire: Wire) -> None:
        points = [self._points.popleft() for _ in range(len(self._points))]
        if self._sent_points > _EXACT_POINTS:
            points = thin(points, _POINTS_PER_BATCH)
        self._sent_points += len(points)
        for start in range(0, len(points), _POINTS_PER_EVENT):
            batch = [[step, _number(value)] for step, value in points[start : start + _POINTS_PER_EVENT]]
            wire.tell("metric", {"name": "loss", "kind": "loss", "points": batch})

    def _send_progress(self, wire: Wire) -> None:
        """Steps of the optimisers; of the backward passes where a loop updates its weights by hand."""
        step = self._steps or self._backwards
        if step == self._sent_steps:
            return
        now = time.monotonic()
        rate = (step - self._sent_steps) / max(now - (self._sent_at or self._began), 1e-6)
        total = self._total if self._total is not None and step <= self._total else None
        self._sent_steps, self._sent_at = step, now
        wire.tell("progress", {"step": step, "total": total, "rate": round(rate, 1)})


def _wrapped(backward: Callable[..., None], seen: Callable[[Any], None]) -> Callable[..., None]:
    def watched(tensors: Any, *args: Any, **kwargs: Any) -> None:
        seen(tensors)
        backward(tensors, *args, **kwargs)

    watched.__name__, watched.__qualname__, watched.__doc__ = "backward", "backward", backward.__doc__
    watched.__module__ = backward.__module__
    return watched


def _number(value: float) -> float | str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


METER = Meter()
