"""A thread that becomes free wakes Celery's loop, so that the next run need not wait for its next look."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from kombu.asynchronous import Hub, set_event_loop

from workers.waking import LOOKS_S, wake


@pytest.fixture
def hub() -> Iterator[Any]:
    hub: Any = Hub()  # type: ignore[no-untyped-call]
    set_event_loop(hub)
    yield hub
    hub.close()
    set_event_loop(None)


def test_the_end_of_a_task_in_a_thread_makes_the_loop_look_several_times(hub: Any) -> None:
    hub.timer.call_after(60, lambda: None)  # what the loop would sleep for
    turns = hub.create_loop()
    next(turns)
    thread = threading.Thread(target=wake)
    thread.start()
    thread.join()
    while len(hub.timer.queue) < 1 + len(LOOKS_S):
        next(turns)
    assert hub.fire_timers() <= LOOKS_S[-1]


def test_a_task_without_a_loop_is_left_alone() -> None:
    set_event_loop(None)
    wake()
