"""What is asked of runs and not done. Each text says why, and what to do instead; pages and the API answer with it."""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """Nothing was changed. `status` is the HTTP status that says so, `retry_after_s` when to come back, if ever.

    `offer` is what the same request may hold instead, or empty: `{"device": "cpu"}`.
    """

    status: ClassVar[int]

    def __init__(self, text: str, *, retry_after_s: int | None = None, offer: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s
        self.offer = offer or {}


class BadLimit(Refusal):
    """A limit that there is not, that is no number, or that is out of its bounds; the text names all three."""

    status = 400


class BadInspection(Refusal):
    """There is nothing of this name to look at."""

    status = 400


class GpuRefused(Refusal):
    """No GPU for this run: none is there, or the student's seconds are used up. The offer is the CPU, said aloud."""

    status = 409


class NotNow(Refusal):
    """The run is in a state in which this cannot be done."""

    status = 409


class TooManyRuns(Refusal):
    """The student has to wait."""

    status = 429


class TooManyControls(Refusal):
    """More is asked of the run than it can answer."""

    status = 429


class TooManyLooks(Refusal):
    """More runs are watched from one network, by people who are not logged in, than we serve."""

    status = 429


class TooManyPins(Refusal):
    """What is pinned would push everything else off the page."""

    status = 409


class SiteFull(Refusal):
    """So many runs of all students are unfinished that another would only make the queue longer."""

    status = 503


class MachinesAway(Refusal):
    """The run goes on, and cannot be spoken to at the moment."""

    status = 503
