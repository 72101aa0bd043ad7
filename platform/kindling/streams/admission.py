"""Who is let in: reads a request for live events, which may hold anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from apps.runs.tickets import JOIN, BadTicket, Ticket, check
from kindling.streams.frames import Mark
from workers.protocol import BadMessage, parse_entry_id

Headers = list[tuple[bytes, bytes]]

_ROOM = r"(?:person|thread):[0-9]{1,19}"
_EVENTS = re.compile(
    rf"/(?:runs/(?P<run>[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})|rooms/(?P<rooms>{_ROOM}(?:{JOIN}{_ROOM})?))/events"
)


class Refused(Exception):
    """A request that is not let in. `words` may be shown."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


class Admission(NamedTuple):
    """May watch: the ticket's run or rooms, beyond the mark. `headers` are for the answer."""

    ticket: Ticket
    mark: Mark
    headers: Headers


def admit(request: Mapping[str, Any], *, ticket_key: str, now: float) -> Admission:
    """Checks the request, an ASGI scope, by itself. Raises `Refused`."""
    match = _EVENTS.fullmatch(request["path"])
    if match is None:
        raise Refused(404, "There is nothing here.")
    query = parse_qs(request["query_string"].decode("latin-1"))
    try:
        ticket = check(ticket_key, query.get("ticket", [""])[0], run=match["run"] or match["rooms"], now=now)
        headers = _allow_origin(ticket, _find_header(request, b"origin"))
        mark = parse_entry_id(_find_header(request, b"last-event-id") or query.get("after", ["0-0"])[0])
    except BadTicket as error:
        raise Refused(403, str(error)) from error
    except BadMessage as error:
        raise Refused(400, f"Cannot resume: {error}.") from error
    return Admission(ticket, mark, headers)


def _find_header(request: Mapping[str, Any], wanted: bytes) -> str | None:
    return next((value.decode("latin-1") for name, value in request["headers"] if name == wanted), None)


def _allow_origin(ticket: Ticket, origin: str | None) -> Headers:
    """Exactly the origin that the ticket was made for. None is sent by a page of our own origin, and by no other page."""
    if origin is None:
        return [(b"vary", b"Origin")]
    if origin != ticket.origin:
        raise BadTicket("This address of live events was made for another site.")
    return [(b"vary", b"Origin"), (b"access-control-allow-origin", origin.encode("latin-1"))]
