"""Watching a run to its end, with Ctrl-C as its stop."""

from __future__ import annotations

import queue
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from kindling.client import codes, configuration
from kindling.client.codes import OUTCOMES
from kindling.client.course import Course
from kindling.client.failures import Failure
from kindling.client.following import follow
from kindling.client.frames import Frame
from kindling.client.screen import FRAME_S, Lines, Screen
from kindling.client.site import Site

Heard = Frame | Failure | str
"""What the line brings: an event, its end, or why it broke and is tried again."""


def watch(site: Site, run: str, *, may_stop: bool) -> int:
    """Shows the run until it ends; the code to exit with. Raises `Failure`, and `KeyboardInterrupt` for who leaves."""
    course = Course()
    view = _choose_view(course)
    heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=[site, run, heard], daemon=True).start()
    try:
        with _stopping(site, run, heard) if may_stop else _leaving():
            while course.state not in OUTCOMES:
                _show_next(heard, course, view)
    finally:
        view.close()
    return codes.choose(course.state, site.get(f"/runs/{run}")["exit_code"])


def _choose_view(course: Course) -> Screen | Lines:
    if sys.stderr.isatty():
        return Screen(course, colour=configuration.wants_colour(), terminal=sys.stderr)
    return Lines(course)


def _listen(site: Site, run: str, heard: queue.SimpleQueue[Heard]) -> None:
    try:
        for frame in follow(site, run, on_break=lambda reason: heard.put(f"line lost ({reason}); trying again")):
            heard.put(frame)
    except Failure as failure:
        heard.put(failure)


def _show_next(heard: queue.SimpleQueue[Heard], course: Course, view: Screen | Lines) -> None:
    """Waits for no longer than until the next drawing is due."""
    try:
        something = heard.get(timeout=FRAME_S)
    except queue.Empty:
        view.refresh()
        return
    if isinstance(something, Failure):
        raise something
    if isinstance(something, str):
        view.remark(something)
        return
    course.take(something)
    view.show(something)
    view.refresh()


@contextmanager
def _stopping(site: Site, run: str, heard: queue.SimpleQueue[Heard]) -> Iterator[None]:
    """The first Ctrl-C stops the run, whose end is still waited for; the second leaves."""
    pressed = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()
        # In a thread: the output goes on while the site is asked, and a site that is away does not hold up the second one.
        threading.Thread(target=_stop, args=[site, run, heard], daemon=True).start()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _leaving() -> Iterator[None]:
    """Ctrl-C leaves, and the run goes on."""
    yield


def _stop(site: Site, run: str, heard: queue.SimpleQueue[Heard]) -> None:
    heard.put("stopping the run (Ctrl-C again to leave without waiting)")
    try:
        site.post(f"/runs/{run}/stops")
    except Failure as failure:
        heard.put(f"the stop was not accepted: {failure}")
