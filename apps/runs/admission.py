"""Whether another run is taken: what its student has under way, and what all of them have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone

from apps.runs.models import Run
from apps.runs.refusals import SiteFull, TooManyRuns
from apps.runs.states import ACTIVE, AT_WORK
from apps.runs.turns import SENT, UNSENT
from workers.protocol import State

MAX_WAITING = 20
MAX_STARTS = 30
WINDOW = timedelta(minutes=1)
SITE_FULL_RETRY_S = 30


@dataclass(frozen=True, slots=True)
class Standing:
    """What a student has at work, waiting, and started within the window; and what stands in everybody's way."""

    at_work: int
    waiting: int
    recent: int
    oldest: datetime | None
    unfinished: int
    sent: int
    unsent: int


def take_stock(user_id: int, device: str) -> Standing:
    """One query for everything that starting a run has to know. `sent` and `unsent` are of the device's queue."""
    since = timezone.now() - WINDOW
    own = Q(user_id=user_id)
    recent = own & Q(created_at__gt=since)
    numbers = Run.objects.filter(Q(state__in=ACTIVE) | recent).aggregate(
        at_work=Count("pk", filter=own & Q(state__in=AT_WORK)),
        waiting=Count("pk", filter=own & Q(state=State.WAITING)),
        recent=Count("pk", filter=recent),
        oldest=Min("created_at", filter=recent),
        unfinished=Count("pk", filter=Q(state__in=ACTIVE)),
        sent=Count("pk", filter=SENT & Q(device=device)),
        unsent=Count("pk", filter=UNSENT & Q(device=device)),
    )
    return Standing(**numbers)


def admit(standing: Standing) -> None:
    """Raises `TooManyRuns` or `SiteFull`."""
    if standing.waiting >= MAX_WAITING:
        raise TooManyRuns(
            f"{MAX_WAITING} of your runs are waiting already. Stop one of them, or wait until one has run.",
            retry_after_s=30,
        )
    if standing.recent >= MAX_STARTS and standing.oldest is not None:
        seconds = max(1, round((standing.oldest + WINDOW - timezone.now()).total_seconds()) + 1)
        raise TooManyRuns(
            f"You have started {standing.recent} runs within a minute. Try again in {seconds} s.",
            retry_after_s=seconds,
        )
    admit_to_site(standing)


def admit_to_site(standing: Standing) -> None:
    """Raises `SiteFull`."""
    if standing.unfinished >= settings.MAX_UNFINISHED_RUNS:
        raise SiteFull(
            "So many runs are waiting on this site that no more are taken for now. Nothing of yours is lost; "
            f"try again in {SITE_FULL_RETRY_S} s.",
            retry_after_s=SITE_FULL_RETRY_S,
        )
