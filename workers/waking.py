"""Lets Celery take the next task as soon as a thread is free.

With prefetching off, Celery's loop stops asking the broker while every thread is busy, and a thread that becomes free
does not wake it: it would notice at its next look, up to a second later, while a run lies ready in the queue.
"""

from __future__ import annotations

from typing import Any

from celery.signals import task_postrun
from kombu.asynchronous import get_event_loop

LOOKS_S = (0.002, 0.02, 0.2)
"""After the signal the thread still has to hand its task back, which takes a moment; more on a busy machine."""


@task_postrun.connect  # type: ignore[untyped-decorator]
def wake(**_: object) -> None:
    """Called by the thread whose task is over; the loop's own thread sets its timers."""
    loop: Any = get_event_loop()  # kombu's hub, which comes without types
    if loop is not None:
        loop.call_soon(_look_soon, loop)


def _look_soon(loop: Any) -> None:
    for delay in LOOKS_S:
        loop.call_later(delay, _look)


def _look() -> None:
    """Nothing: before it waits again, the loop asks the broker if a thread is free."""
