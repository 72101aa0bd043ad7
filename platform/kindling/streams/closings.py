"""Whose live streams ended when: tickets from before that open nothing any more."""

from __future__ import annotations

import time
from typing import NamedTuple

from apps.runs.tickets import LIFETIME_S, BadTicket, Ticket

LOGGED_OUT = "You have logged out. Log in to watch this run."
NOT_SHARED = "This run is not shared any more."


class Closing(NamedTuple):
    """Streams end: all of a person's (`user`); or those of a run (`run`) that are not its owner's (`user`)."""

    user: str
    run: str
    at: float

    def ends(self, user: str, run: str) -> bool:
        """Whether it is about what this person, or visitor (""), sees of this run."""
        if self.run:
            return run == self.run and user != self.user
        return user == self.user


class Closings:
    """Those that a ticket may still be older than; oldest first."""

    def __init__(self) -> None:
        self._latest: dict[str, Closing] = {}

    def note(self, closing: Closing) -> None:
        key = _name(closing.user, closing.run)
        self._latest.pop(key, None)
        self._latest[key] = closing
        while (oldest := next(iter(self._latest))) != key and self._latest[oldest].at < closing.at - 2 * LIFETIME_S:
            del self._latest[oldest]

    def check(self, ticket: Ticket) -> None:
        """Raises `BadTicket` for one that was made before its streams were ended."""
        for key, words in ((_name(ticket.user), LOGGED_OUT), (_name(ticket.user, ticket.run), NOT_SHARED)):
            closing = self._latest.get(key)
            if closing and closing.at >= ticket.expires - LIFETIME_S and closing.ends(ticket.user, ticket.run):
                raise BadTicket(words)


def _name(user: str, run: str = "") -> str:
    """Of a person's closings, and of a run's, the last one counts."""
    return f"run {run}" if run else f"user {user}"


def read_closing(fields: dict[bytes, bytes]) -> Closing | None:
    """What an entry of the stream of closings says; None for one that says nothing."""
    user, run = (fields.get(name, b"").decode(errors="replace") for name in (b"user", b"run"))
    return Closing(user, run, _read_time(fields.get(b"at", b""))) if user else None


def _read_time(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return time.time()
