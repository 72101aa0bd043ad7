"""Tickets to a run's live events: signed words that the streams process can check without a database.

Standard library only: the streams process imports this module, and nothing else of the web side.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass

PURPOSE = b"kindling live events 2:"
"""Signed along with every ticket, so that no other use of the key makes one."""

LIFETIME_S = 60
"""How long a ticket opens a stream. A stream that is open stays open, unless its owner's streams are ended."""

CLOSINGS = "closings"
"""Valkey stream that says which live streams end now: all of a person's (`user`), or those of a `run` that are not its
owner's (`user`); and when that was decided (`at`, seconds of the epoch)."""


class BadTicket(ValueError):
    """This ticket opens nothing; the text may be shown."""


JOIN = ","
"""Between the names of rooms that are heard on one connection, such as `thread:12,person:7`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Opens the events of `run`, or of the rooms of these names, to `user` (an id, or "" for a visitor), to pages of `origin`, until `expires` (seconds of the epoch)."""

    run: str
    user: str
    origin: str
    expires: int

    @property
    def rooms(self) -> list[str]:
        """What is heard on the one connection that it opens: the run, or one room or several."""
        return self.run.split(JOIN)


def is_room(name: str) -> bool:
    """Whether it is no run that is watched but a person's news, or a thread's: `person:7`, `thread:12`."""
    return ":" in name


def issue(key: str, ticket: Ticket) -> str:
    """The ticket as text for a URL."""
    body = urlsafe_b64encode(json.dumps(asdict(ticket), separators=(",", ":")).encode())
    return f"{body.decode()}.{_sign(key, body)}"


def check(key: str, text: str, *, run: str, now: float) -> Ticket:
    """The ticket in `text`, when we signed it for this run and it has not expired. Raises `BadTicket`."""
    body, _, signature = text.partition(".")
    expected = _sign(key, body.encode("utf-8", "replace"))
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        raise BadTicket("This address of live events is not valid. Reload the page.")
    ticket = Ticket(**json.loads(urlsafe_b64decode(body)))
    if ticket.run != run:
        raise BadTicket("This address of live events belongs to another run. Reload the page.")
    if now >= ticket.expires:
        raise BadTicket("This address of live events has expired. Ask for a new one.")
    return ticket


def _sign(key: str, body: bytes) -> str:
    return hmac.new(key.encode(), PURPOSE + body, "sha256").hexdigest()
