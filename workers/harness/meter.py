"""Watches training without a change to the code: every loss that is differentiated, every step of an optimiser.

`torch.autograd.backward` is what both spellings of the backward pass reach, so it is wrapped once, in the zygote.
An ordinary step pays for one `item()`, one append and a count; whatever else there is to see is seen when it is `due`,
which the pulse says a few times a second.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import torch
from torch.optim.optimizer import register_optimizer_step_post_hook

from workers.harness import graph, inspection, loops, names
from workers.harness.bars import BARS
from workers.harness.gate import Gate
from workers.harness.inspection import Watch
from workers.harness.losses import Losses
from workers.harness.optimisers import Optimisers
from workers.harness.pace import Count, Pace
from workers.harness.pulse import Pulse
from workers.harness.remains import Remains
from workers.harness.reporter import REPORTER
from workers.harness.wire import Wire
from workers.protocol import Control

_WATCH_S = 30.0
"""How long an inspection waits for a module to be given a batch."""


class Meter:
    """Counts losses and steps of one run. A loss has the number of its backward pass, from 1, as its step."""

    def __init__(self) -> None:
        self._gate = Gate()
        self._pulse = Pulse()
        self._pace = Pace()
        self._optimisers = Optimisers()
        self._recorder = graph.Recorder()
        self._awaited: list[Watch] = []
        self._remains = Remains()
        self._main: dict[str, Any] = {}
        self._losses = Losses()
        self._clear()

    @property
    def steps(self) -> int:
        """Steps of the optimisers so far; of backward passes where there are no optimisers."""
        return self._steps or self._losses.count

    def install(self) -> None:
        """Put the hooks in, for the life of this process and its forks."""
        torch.autograd.backward = _wrapped(torch.autograd.backward, self)
        register_optimizer_step_post_hook(self._on_step)
        self._recorder.install()
        os.register_at_fork(after_in_child=self._after_fork)

    def begin(self, wire: Wire, listing: str, code: str, main: dict[str, Any]) -> None:
        """Watch from here on, and report on `wire`; the listing will run in this thread, with `main` as its globals."""
        self._clear()
        self._listing, self._code, self._main = listing, code, main
        self._pace.clear()
        self._optimisers.clear()
        REPORTER.begin(wire)
        REPORTER.draw("loss", "loss", self._losses.take)
        self._gate.begin(self._say, self._inspect, self._refuse)
        self._recorder.begin(listing)
        self.watching = True
        self._pulse.start(wire, self._beat, self.hear)

    def hear(self, control: Control) -> None:
        """Something is asked of the run; done by the student's thread, soon."""
        self._gate.hear(control)
        self.due = True

    def end(self) -> None:
        """Report the rest, and watch no more. Harmless when repeated."""
        if self.watching:
            self.watching = False
            self._recorder.end()
            self._pulse.stop()
            self._give_up(0.0)
            self._gate.end()
            self._tell_remains()
            self._tell_course(last=True)
            REPORTER.end()
            self._clear()

    def _clear(self) -> None:
        self.watching = False
        self.due = True
        self.plain = False
        self._losses = Losses()
        self.keep = self._losses.keep
        self._steps = 0
        self._passes_a_step = 0.0
        self._course = (0, 0)
        self._known = 0
        self._listing = self._code = ""
        self._main, self._awaited = {}, []
        self._remains.clear()

    def _after_fork(self) -> None:
        """A process that the student's code forks (a DataLoader's worker) is not watched, and inherits no lock."""
        self.watching = False
        self._pulse.stop()
        self._gate.abandon()
        REPORTER.abandon()

    def on_backward(self, tensors: Any) -> None:
        """A backward pass is about to begin, and it is time to look around, or its loss is not a plain number."""
        self._keep_any(tensors)
        if self.due and not self._steps:
            first = self._losses.count == 1
            if first:
                self._begin_training(tensors)
            elif self._gate.waiting:  # not before the first: there may be an optimiser, whose step is the place
                self._gate.attend()
            self.due = first or self._gate.waiting

    def _keep_any(self, tensors: Any) -> None:
        """A loss that lies on a GPU is read later, since reading waits for it; so is none of the student's own kinds."""
        self.plain = type(tensors) is torch.Tensor and tensors.is_cpu and tensors.numel() == 1
        value: float | torch.Tensor | None = None
        loss = _single(tensors)
        with suppress(RuntimeError, TypeError), torch._C.DisableTorchFunction():
            if loss is not None and loss.is_cuda and not loss.is_complex():
                value = loss.detach()
            elif loss is not None and loss.is_cpu and type(number := loss.item()) is float:
                value = number
        self._losses.skip(value)

    def _on_step(self, optimiser: torch.optim.Optimizer, args: Any, kwargs: Any) -> None:
        self._steps += 1
        if id(optimiser) != self._known:
            self._known = id(optimiser)
            self._optimisers.meet(optimiser)
        if self.due and self.watching:
            self._look_around(optimiser)

    def _look_around(self, optimiser: torch.optim.Optimizer) -> None:
        """A few times a second, at a step's end."""
        self.due = False
        backwards = self._losses.count
        self._passes_a_step = backwards / self._steps
        if self._optimisers.norm_due:
            self._optimisers.tell_norm(optimiser, backwards)
        if self._gate.waiting:
            self._gate.attend()
            self.due = self._gate.waiting

    def _begin_training(self, tensors: Any) -> None:
        """Once, and the first loss has left before."""
        loss = _single(tensors)
        self._recorder.end()
        REPORTER.flush()
        self._pace.plan = loops.plan(self._code, self._listing)
        with suppress(Exception):  # a graph that cannot be drawn is no reason to disturb the training
            found = names.find(self._listing, self._main)
            self._remains.expect(names.trained(found))
            for part in graph.draw(loss, found.tensor_names()) if loss is not None else ():
                REPORTER.tell("graph", part)

    def _beat(self) -> None:
        """In the pulse's thread."""
        self._tell_course()
        REPORTER.tick()
        self._gate.urge()
        self._give_up(_WATCH_S)
        self.due = True

    def _tell_course(self, *, last: bool = False) -> None:
        backwards = self._losses.count
        if (backwards, self._steps) == self._course and not last:
            return
        self._course = (backwards, self._steps)
        self._optimisers.tell_rates(backwards, last=last)
        news = self._pace.news(Count(self._steps, backwards, self._passes_a_step), self._gate.paused_s)
        if news is not None:
            REPORTER.tell("progress", BARS.complete(news))

    def _tell_remains(self) -> None:
        with suppress(Exception):  # the run is over, and has succeeded or failed by itself
            models = names.trained(names.find(self._listing, self._main))
            if (left := self._remains.inspection(models, self._losses.count)) is not None:
                REPORTER.tell("inspection", left)

    def _inspect(self, control: Control) -> bool:
        """Answer; or arrange for the answer, and say that it takes a step."""
        if control.of != "activations":
            inspection.answer(control, self._listing, self._answer)
            return False
        watch = inspection.watch_next(control, self._listing, self._answer)
        if watch is not None:
            self._awaited.append(watch)
        return watch is not None

    def _answer(self, type_: str, data: dict[str, Any]) -> None:
        """With the steps made so far, by which one look is compared with the next."""
        REPORTER.say(type_, data | {"step": self.steps})

    def _say(self, word: str) -> None:
        """That the run is paused, or goes on. A step taken to see a module work is over when it pauses again."""
        if word == "paused":
            self._give_up(0.0)
        self._tell_course()
        REPORTER.say(word, {})

    def _refuse(self, control: Control) -> None:
        inspection.refuse(
            control, "The code is inside one long operation; ask again when it is through.", REPORTER.tell
        )

    def _give_up(self, after_s: float) -> None:
        """On modules that are given nothing."""
        while self._awaited and time.monotonic() - self._awaited[0].since >= after_s:
            self._awaited.pop(0).give_up()


def _single(tensors: Any) -> torch.Tensor | None:
    """The loss, where it is one number."""
    if type(tensors) in (list, tuple) and len(tensors) == 1:
        (tensors,) = tensors
    with torch._C.DisableTorchFunction():
        return tensors if issubclass(type(tensors), torch.Tensor) and torch.Tensor.numel(tensors) == 1 else None


def _wrapped(backward: Callable[..., None], meter: Meter) -> Callable[..., None]:
    """What an ordinary pass pays for is written out here: each call and each question more shows in a small model.

    The parameters are spelt out as torch does: packing and unpacking them costs each step a microsecond.
    """
    plain = torch.Tensor

    def watched(
        tensors: Any,
        grad_tensors: Any = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        grad_variables: Any = None,
        inputs: Any = None,
    ) -> None:
        if meter.watching:
            if meter.due or not meter.plain or type(tensors) is not plain:
                meter.on_backward(tensors)
            else:
                try:
                    meter.keep(tensors.item())
                except (RuntimeError, TypeError):  # not one number, or a complex one
                    meter.on_backward(tensors)
        backward(tensors, grad_tensors, retain_graph, create_graph, grad_variables, inputs)

    watched.__name__, watched.__qualname__, watched.__doc__ = "backward", "backward", backward.__doc__
    watched.__module__ = backward.__module__
    return watched


METER = Meter()
