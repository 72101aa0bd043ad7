"""matplotlib's figures, shown where the student shows or saves them, and at the end those that he left open.

pyplot is imported in the zygote, which makes it 30 MB larger, once for all the runs of a slot; imported by each run that
draws, it would take 0.3 s and the same 30 MB each time, and half a second more to look for fonts. No figure is drawn there:
fonts stay open once they are used, and files that are open across a fork share one position.
"""

from __future__ import annotations

import functools
import os
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends import backend_agg
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.registry import BackendFilter, backend_registry
from matplotlib.figure import Figure
from PIL import Image

from workers.harness import pictures
from workers.harness.logbook import LOGBOOK, fit_name
from workers.harness.reporter import REPORTER

_DPI = 100
_PIXELS = frozenset({".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"})
_AGAIN_S = 0.5
_AGAIN_SHARE = 1 / 60
"""The longer an animation goes on, the seldomer it is shown: about 60 pictures in the first minute, and 40 in each
doubling of the time after it."""

Draw = Callable[[], Image.Image | Path]
"""Answers with a picture, or with the file that one is in."""


class Figures:
    """One for the process. A figure is shown again only when it has changed, and not too often; its last state always."""

    def __init__(self) -> None:
        self._clear()

    def install(self) -> None:
        """Change matplotlib, for the life of this process and its forks. Leaves no thread and no open file behind."""
        FigureManagerBase.show = lambda manager: self.show(manager.canvas.figure)  # type: ignore[method-assign,assignment]
        Figure.draw = _preceded(Figure.draw, self._on_draw)  # type: ignore[method-assign]
        vars(backend_agg)["show"] = _show_all
        Figure.savefig = _followed(Figure.savefig, self._on_save)  # type: ignore[method-assign]
        mpl.use("Agg")
        plt.switch_backend("Agg")  # which takes `show` as it is now
        plt.switch_backend = _without_screen(plt.switch_backend)  # type: ignore[assignment]
        Image.preinit()
        for thread in threading.enumerate():
            if thread is not threading.main_thread():
                thread.join()  # the one that would have warned that looking for fonts takes long
        REPORTER.on_begin(self._clear)
        REPORTER.on_end(self._show_rest)

    def show(self, figure: Figure, *, name: str = "", step: int | None = None) -> None:
        """Show it, under the name given (then at once) or its own."""
        if not REPORTER.listening:
            return
        if name:
            pictures.show(name, _drawn(figure), step)
        elif not self._is_known(figure) and figure.axes:
            self._show(self._name(figure), functools.partial(_drawn, figure))
        self._remember(figure)

    def close(self, figure: Figure) -> None:
        """Let go of it; harmless for one that pyplot does not know."""
        plt.close(figure)

    def _clear(self) -> None:
        self._names: weakref.WeakKeyDictionary[Figure, str] = weakref.WeakKeyDictionary()
        self._known: weakref.WeakSet[Figure] = weakref.WeakSet()
        self._changed: weakref.WeakSet[Figure] = weakref.WeakSet()
        self._named = 0
        self._first_at: dict[str, float] = {}
        self._last_at: dict[str, float] = {}
        self._waiting: dict[str, Draw] = {}

    def _show(self, name: str, draw: Draw) -> None:
        now = time.monotonic()
        age = now - self._first_at.setdefault(name, now)
        if now - self._last_at.get(name, -1e9) < max(_AGAIN_S, age * _AGAIN_SHARE):
            self._waiting[name] = draw
            return
        self._waiting.pop(name, None)
        pictures.show(name, draw())
        self._last_at[name] = time.monotonic()

    def _on_save(self, figure: Figure, target: Any, options: dict[str, Any]) -> None:
        if not isinstance(target, str | os.PathLike) or not REPORTER.listening:
            return
        if not figure.axes:
            LOGBOOK.remark("An empty figure was saved. plt.show() closes what it has shown: save a figure before that.")
            return
        path = _written_to(Path(target), options.get("format"))
        draw = functools.partial(_saved, figure, path)
        self._show(fit_name(path.name), draw if path.suffix.lower() in _PIXELS else functools.partial(_drawn, figure))
        self._remember(figure)

    def _show_rest(self) -> None:
        """At the end: the last state of what was animated, and what was drawn and never shown."""
        for manager in Gcf.get_all_fig_managers():
            if (figure := manager.canvas.figure).axes and not self._is_known(figure):
                self._waiting[self._name(figure)] = functools.partial(_drawn, figure)
        for name, draw in self._waiting.items():
            try:
                pictures.show(name, draw())
            except Exception as error:  # noqa: BLE001 - drawing runs what the student's code put into the figure
                LOGBOOK.remark(f"{name} could not be drawn: {error}")
        self._waiting.clear()

    def _is_known(self, figure: Figure) -> bool:
        return figure in self._known and not figure.stale and figure not in self._changed

    def _remember(self, figure: Figure) -> None:
        """From here on, its being stale means that it was changed; drawing it for a file leaves it stale."""
        self._known.add(figure)
        self._changed.discard(figure)
        figure.stale = False

    def _on_draw(self, figure: Figure) -> None:
        """Afterwards it is not stale any more, seen or not."""
        if figure.stale and figure in self._known:
            self._changed.add(figure)

    def _name(self, figure: Figure) -> str:
        """pyplot counts from 1 again when figures are closed; here every figure of a run has a name of its own."""
        if figure not in self._names:
            self._named += 1
            self._names[figure] = fit_name(str(figure.get_label()), f"Figure {self._named}")
        return self._names[figure]


def _show_all(*, block: bool | None = None) -> None:
    """As with windows, which are closed before `plt.show()` goes on."""
    for manager in Gcf.get_all_fig_managers():
        manager.show()
    if block or (block is None and not mpl.is_interactive()):
        Gcf.destroy_all()


def _without_screen(switch: Callable[[str], None]) -> Callable[[str], None]:
    """Code that asks for windows gets figures all the same."""
    interactive: list[str] = backend_registry.list_builtin(BackendFilter.INTERACTIVE)  # type: ignore[no-untyped-call]
    windows = {"inline", *(name.lower() for name in interactive)}

    @functools.wraps(switch)
    def wrapped(newbackend: str) -> None:
        switch("Agg" if str(newbackend).lower() in windows else newbackend)

    return wrapped


def _followed(savefig: Callable[..., None], then: Callable[[Figure, Any, dict[str, Any]], None]) -> Callable[..., None]:
    @functools.wraps(savefig)
    def wrapped(self: Figure, fname: Any, **options: Any) -> None:
        savefig(self, fname, **options)
        then(self, fname, options)

    return wrapped


def _preceded(draw: Callable[..., None], first: Callable[[Figure], None]) -> Callable[..., None]:
    @functools.wraps(draw)
    def wrapped(self: Figure, renderer: Any) -> None:
        first(self)
        draw(self, renderer)

    return wrapped


def _written_to(path: Path, format_: str | None) -> Path:
    """A name without an ending gets one."""
    if path.suffix:
        return path
    return path.with_name(f"{path.name.rstrip('.')}.{format_ or mpl.rcParams['savefig.format']}")


def _saved(figure: Figure, path: Path) -> Image.Image | Path:
    """The file, as it was saved; unless there is no picture in it, for its ending need not be true."""
    try:
        with Image.open(path):
            return path
    except OSError:
        return _drawn(figure)


def _drawn(figure: Figure) -> Image.Image:
    """Drawn on a canvas of our own, so that the student's keeps its size and resolution."""
    canvas, dpi = figure.canvas, figure.dpi
    try:
        figure.dpi = min(dpi, _DPI)
        ours = FigureCanvasAgg(figure)
        ours.draw()  # type: ignore[no-untyped-call]
        return Image.fromarray(np.asarray(ours.buffer_rgba()))  # type: ignore[no-untyped-call]
    finally:
        figure.dpi = dpi
        figure.set_canvas(canvas)


FIGURES = Figures()

__name__ = "matplotlib.kindling"
"""matplotlib's warnings name the first line outside of matplotlib: that is the student's, and none in here."""
