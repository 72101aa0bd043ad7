"""Attempts at a run, for the tests: who hears them, and how one is made."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from redis import Redis

from tests.workers.sockets import JOB
from workers.attempt import Attempt
from workers.protocol import (
    Event,
    Finished,
    Reached,
    State,
    decode,
)
from workers.valkey import Ledger, connect


class Recorder:
    """Takes what a worker tells; `away` makes it fail so many times first."""

    def __init__(self, away: int = 0) -> None:
        self.away = away
        self.heard: list[Reached | Finished] = []

    def __call__(self, message: Reached | Finished) -> None:
        if self.away:
            self.away -= 1
            raise OSError("the broker is away")
        self.heard.append(message)

    @property
    def reached(self) -> list[tuple[State, int]]:
        return [(message.state, message.seq) for message in self.heard if isinstance(message, Reached)]

    @property
    def finished(self) -> Finished:
        (finished,) = [message for message in self.heard if isinstance(message, Finished)]
        return finished


def make_attempt(folder: Path, recorder: Recorder, **changes: Any) -> Attempt:
    job = changes.pop("job", JOB)
    options: dict[str, Any] = {
        "ledger": Ledger(connect(settings.VALKEY_URL), job.run, job.fence),
        "runner": folder / "runner.sock",
        "worker": "runs@test",
        "tell": recorder,
        "draining": lambda: False,
        "runner_patience_s": 0.3,
    }
    return Attempt(job, **{**options, **changes})


def texts(valkey: Redis) -> list[tuple[str, str]]:
    """Ids and texts of the console in the run's stream."""
    entries: Any = valkey.xrange(f"run:{JOB.run}")
    events = [(key.decode(), decode(fields[b"event"])) for key, fields in entries]
    return [(key, event.data["text"]) for key, event in events if isinstance(event, Event)]


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)
