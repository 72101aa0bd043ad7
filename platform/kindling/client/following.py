"""A run's events from the first to the last, over as many connections as it takes."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator

from kindling.client import codes
from kindling.client.codes import OUTCOMES
from kindling.client.failures import Failure
from kindling.client.frames import BadStream, Frame, Reader
from kindling.client.site import Interrupted, Site, back_off

PATIENCE_S = 600
"""How long a run is looked for after its line broke. The run itself goes on meanwhile."""


def follow(site: Site, run: str, on_break: Callable[[str], None] = lambda reason: None) -> Iterator[Frame]:
    """Each event once and in order, the final state last. `on_break` is told when the line breaks, and why.

    Raises `Failure` when the run is not there, or the site is away for too long.
    """
    after = ""
    pauses = back_off(PATIENCE_S)
    while True:
        try:
            for frame in _read(site, run, after):
                if frame.id:
                    after, pauses = frame.id, back_off(PATIENCE_S)
                yield frame
                if frame.type == "state" and frame.data.get("state") in OUTCOMES:
                    return
            reason = "it ended too early"
        except (Interrupted, BadStream) as error:
            reason = str(error)
        pause = next(pauses, None)
        if pause is None:
            words = f"The run's events cannot be reached: {reason}. `kindling show {run}` tells how it ended."
            raise Failure(words, codes.AWAY)
        on_break(reason)
        time.sleep(pause)


def _read(site: Site, run: str, after: str) -> Iterator[Frame]:
    """The frames of one connection."""
    reader = Reader()
    with site.open_events(run, after) as answer:
        while chunk := _read_some(answer):
            yield from reader.feed(chunk)


def _read_some(answer: http.client.HTTPResponse) -> bytes:
    """What is there now, at least a byte; b"" at the end. Raises `Interrupted`."""
    try:
        return answer.read1(65536)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Interrupted(str(error) or type(error).__name__) from None
