"""Where a run is found: its page, its tickets, its stops, and its live events."""

from __future__ import annotations

import time
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from apps.runs.models import Run
from apps.runs.places import find_place
from apps.runs.tickets import JOIN, LIFETIME_S, Ticket, issue

WATCHED = {"tickets": "ticket", "replay": "replay"}
"""What whoever may see a run asks, by the name that scripts have for it."""


def describe(run: Run) -> dict[str, str | int | float | None]:
    """A run as pages and scripts know it. `ahead` and `estimate_s` are of one that waits for its turn, else None.

    Costs nothing for a run that is with the machines or over.
    """
    place = find_place(run)
    return {
        "id": str(run.id),
        "state": str(run.state),
        "device": run.device,
        "ahead": place.ahead if place else None,
        "estimate_s": place.estimate_s if place else None,
        "url": run.get_absolute_url(),
        "tickets_url": reverse("runs:ticket", args=[run.id]),
        "replay_url": reverse("runs:replay", args=[run.id]),
        "stop_url": reverse("runs:stop", args=[run.id]),
        "pauses_url": reverse("runs:pause", args=[run.id]),
        "resumes_url": reverse("runs:resume", args=[run.id]),
        "steps_url": reverse("runs:step", args=[run.id]),
        "inspections_url": reverse("runs:inspect", args=[run.id]),
    }


def describe_shared(run: Run, key: str = "") -> dict[str, str | int | float | None]:
    """The same of a run of somebody else: what changes it has no address. `key` is what opened it, or ""."""
    seen = {"id": str(run.id), "state": str(run.state), "device": run.device, "ahead": None, "estimate_s": None}
    watched = {f"{name}_url": add_key(reverse(f"runs:{view}", args=[run.id]), key) for name, view in WATCHED.items()}
    return {**seen, "url": find_page(run, key), **watched}


def find_page(run: Run, key: str = "") -> str:
    return add_key(run.get_absolute_url(), key)


def add_key(url: str, key: str) -> str:
    """The address for somebody to whom `key` opens the run; "" opens what is open anyway."""
    return f"{url}?{urlencode({'key': key})}" if key else url


def make_ticket(request: HttpRequest, run: Run) -> dict[str, str | int]:
    """The address of the run's live events, open to this page's origin for a minute."""
    return _make_ticket(request, str(run.id), "runs")


def make_room_ticket(request: HttpRequest, *rooms: str) -> dict[str, str | int]:
    """The same of rooms (see `rooms`), two at most, on one connection. Whether the person may enter them, the caller has asked."""
    return _make_ticket(request, JOIN.join(rooms), "rooms")


def _make_ticket(request: HttpRequest, name: str, sort: str) -> dict[str, str | int]:
    origin = f"{request.scheme}://{request.get_host()}"
    user, expires = str(request.user.pk or ""), int(time.time()) + LIFETIME_S
    ticket = issue(settings.TICKET_KEY, Ticket(run=name, user=user, origin=origin, expires=expires))
    query = urlencode({"ticket": ticket})
    return {"events_url": f"{_streams_base(request)}/{sort}/{name}/events?{query}", "expires_in": LIFETIME_S}


def _streams_base(request: HttpRequest) -> str:
    """The configured place, or this page's host at the streams' port."""
    if settings.STREAMS_URL:
        return str(settings.STREAMS_URL).rstrip("/")
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    return f"{request.scheme}://{f'[{host}]' if ':' in host else host}:{settings.STREAMS_PORT}"
