"""The student's tqdm bars: printed as ever, a little less often, and read for what they know of epochs and totals.

Nobody watches a terminal: each refresh of a bar is another line of text in the run's console, whose size is limited. So
a bar that does not write to a terminal refreshes twice a second at most, and always when it begins and ends.
"""

from __future__ import annotations

import functools
import re
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import tqdm.asyncio
import tqdm.auto
import tqdm.notebook
from tqdm.std import tqdm as Bar

from workers.harness.logbook import LOGBOOK, kind
from workers.harness.reporter import REPORTER

REFRESH_S = 0.5
_SURE = 8
"""Iterations after which being one of them ahead or behind does not look like another number of steps per iteration."""
_EPOCH = re.compile(r"\bepochs?\b", re.I)
_NUMBERED = re.compile(r"\bepoch\s*:?\s*\[?(\d{1,9})(?:\s*(?:/|of)\s*(\d{1,9}))?", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What the open bars say of a training: the epoch it is in, of how many, and how many steps it will take."""

    epoch: int | None = None
    epochs: int | None = None
    total: int | None = None


class Bars:
    """One for the process; knows the bars that are open, outermost first."""

    def __init__(self) -> None:
        self._open: tuple[Watched, ...] = ()
        self._extent: Extent | None = None

    def install(self) -> None:
        """Change tqdm, for the life of this process and its forks."""
        Bar.__init__ = _after(Bar.__init__, self._on_open)
        Bar.refresh = _seldom(Bar.refresh)
        Bar.update = _compared(Bar.update)
        Bar.set_postfix = _before(Bar.set_postfix, self._on_postfix)
        _replace_widgets()
        REPORTER.on_begin(self._clear)

    def extent(self) -> Extent | None:
        """What is known now; none when no bar is open. Any thread may ask; it costs microseconds."""
        with suppress(AttributeError, TypeError, ValueError, ArithmeticError):  # half made, or not made of numbers
            if views := [view for watched in self._open if (view := watched.view()) is not None]:
                return extent(views, LOGBOOK.steps())
        return None

    def complete(self, progress: dict[str, Any]) -> dict[str, Any]:
        """The data of a `progress` event, with what the loops of the code did not say and the bars do."""
        if not self._open or (progress.get("total") and progress.get("epoch")):
            return progress
        self._extent = self.extent() or self._extent
        if self._extent is None or (self._extent.total or progress["step"]) < progress["step"]:
            return progress
        return asdict(self._extent) | {name: value for name, value in progress.items() if value is not None}

    def _clear(self) -> None:
        self._open = ()
        self._extent = None

    def _on_open(self, bar: Bar) -> None:
        if bar.disable or not REPORTER.listening:
            return
        if not _on_terminal(bar):
            bar.mininterval = max(bar.mininterval, REFRESH_S)
        bar._watched = Watched(bar, LOGBOOK.steps())
        self._open = (*(watched for watched in self._open if watched.view() is not None), bar._watched)

    def _on_postfix(self, bar: Bar, ordered_dict: Any = None, refresh: bool = True, **numbers: Any) -> None:
        del refresh
        if REPORTER.listening:
            for name, value in {**dict(ordered_dict or {}), **numbers}.items():
                if (number := _as_number(value)) is not None:
                    LOGBOOK.number("bar", _metric_name(bar, str(name)), None, number)


class Watched:
    """A bar that is open, and at which of the training's steps its count was which.

    A loop over a bar writes the count down only when it refreshes, so that is when the two are compared.
    """

    def __init__(self, bar: Bar, step: int) -> None:
        self._bar = weakref.ref(bar)
        self._began = step
        self._compared: tuple[int, int] | None = None

    def compare(self, bar: Bar) -> None:
        """The count of the bar is exact now."""
        if (count := int(bar.n) - int(bar.initial)) > 0:
            self._compared = (count, LOGBOOK.steps() - self._began)

    def view(self) -> View | None:
        """What it shows; none when it is closed."""
        bar = self._bar()
        if bar is None or bar.disable:
            return None
        return View(
            desc=str(bar.desc),
            unit=str(bar.unit),
            n=int(bar.n),
            total=None if bar.total is None else int(bar.total),
            began=self._began,
            pace=_pace(*self._compared) if self._compared else 0,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a bar shows, the training's step when it was opened, and the steps of each iteration: 0 when unknown."""

    desc: str = ""
    unit: str = "it"
    n: int = 0
    total: int | None = None
    began: int = 0
    pace: int = 0

    @property
    def steps(self) -> int | None:
        """Training steps from the first to the last iteration."""
        return self.pace * self.total if self.total and self.pace else None


def extent(bars: list[View], step: int) -> Extent:
    """What these bars, outermost first, say of a training that has made this many steps."""
    outer, inner = bars[0], bars[-1]
    if numbered := _NUMBERED.search(inner.desc):
        epoch, epochs = int(numbered[1]), int(numbered[2]) if numbered[2] else outer.total if len(bars) > 1 else None
        return Extent(epoch=epoch, epochs=epochs, total=_credible(_times(inner.steps, epochs), step))
    if len(bars) == 1 and outer.pace < 2 and not _EPOCH.search(f"{outer.desc} {outer.unit}"):
        return Extent(total=_credible(outer.steps and outer.began + outer.steps, step))
    steps = outer.steps or (_times(inner.steps, outer.total) if len(bars) > 1 else None)
    return Extent(epoch=_current(outer, step), epochs=outer.total, total=_credible(steps and outer.began + steps, step))


def _pace(count: int, steps: int) -> int:
    """Steps per iteration, when it is always the same number; the bar may be moved on before the step is made."""
    pace = round(steps / count)
    return pace if steps == pace * count or (count >= _SURE and abs(steps - pace * count) <= pace) else 0


def _times(steps: int | None, epochs: int | None) -> int | None:
    return steps * epochs if steps and epochs else None


def _current(bar: View, step: int) -> int:
    """The number, from 1, of what the bar is in the middle of; its own count lags behind until it is refreshed."""
    number = max(step - bar.began - 1, 0) // bar.pace + 1 if bar.pace else bar.n + 1
    return min(number, bar.total) if bar.total else number


def _credible(total: int | None, step: int) -> int | None:
    """A total that has been passed was none."""
    return total if total is not None and step <= total < 2**53 else None


def _metric_name(bar: Bar, name: str) -> str:
    """A bar over validation data is told by its description: its numbers are of another kind than the training's."""
    return f"validation {name}" if kind(str(bar.desc)) == "validation" and kind(name) == "scalar" else name


def _as_number(value: Any) -> float | None:
    """Also of text such as `f"{loss:.4f}"`, and of a tensor without dimensions."""
    if isinstance(value, bool) or not (isinstance(value, int | float | str) or getattr(value, "ndim", None) == 0):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        return None


def _on_terminal(bar: Bar) -> bool:
    try:
        return bool(bar.fp.isatty())
    except (AttributeError, ValueError):
        return False


def _seldom(refresh: Callable[..., Any]) -> Callable[..., Any]:
    """Let a refresh pass that comes too soon: the next one, or the end, shows what it would have shown."""

    @functools.wraps(refresh)
    def refresh_seldom(self: Bar, *args: Any, **kwargs: Any) -> Any:
        now = time.monotonic()
        if now - getattr(self, "_refreshed_at", -REFRESH_S) < REFRESH_S and not _on_terminal(self):
            return True
        self._refreshed_at = now
        return refresh(self, *args, **kwargs)

    return refresh_seldom


def _compared(update: Callable[..., bool | None]) -> Callable[..., bool | None]:
    """A loop over a bar calls it only before it prints; whoever calls it himself calls it at every step."""

    @functools.wraps(update)
    def update_compared(self: Bar, n: float = 1) -> bool | None:
        printed = update(self, n)
        if printed and (watched := getattr(self, "_watched", None)) is not None:
            watched.compare(self)
        return printed

    return update_compared


def _after(method: Callable[..., None], then: Callable[[Bar], None]) -> Callable[..., None]:
    @functools.wraps(method)
    def wrapped(self: Bar, *args: Any, **kwargs: Any) -> None:
        method(self, *args, **kwargs)
        then(self)

    return wrapped


def _before(method: Callable[..., None], first: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(method)
    def wrapped(self: Bar, *args: Any, **kwargs: Any) -> None:
        with suppress(TypeError, ValueError, AttributeError):  # what is wrong with the arguments, tqdm says itself
            first(self, *args, **kwargs)
        method(self, *args, **kwargs)

    return wrapped


def _replace_widgets() -> None:
    """A notebook's bar is text here, as `tqdm.auto` chooses it outside notebooks."""
    for name in ("tqdm", "tqdm_notebook"):
        setattr(tqdm.notebook, name, tqdm.auto.tqdm)
    for name in ("trange", "tnrange"):
        setattr(tqdm.notebook, name, tqdm.auto.trange)


BARS = Bars()
