"""Where a run stands in the queue and how long that may take: for whoever asks, and live for whoever watches."""

from __future__ import annotations

import json
import statistics
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from apps.runs import machines, streams
from apps.runs.models import Run
from apps.runs.turns import SENT, list_due
from workers.protocol import DEVICES, QUEUE_EVENT, State

MEASURED = 20
LEAST_MEASURED = 3
RECENT = timedelta(hours=1)
"""An estimate comes from the last so many runs of this long; from fewer than the least, there is none."""

SETTLED = timedelta(seconds=1)
"""What was sent so recently is about to start: to tell its place would only flicker."""

UNTYPICAL = sorted({State.REFUSED, State.LOST})
"""Ends that say nothing of how long a run takes."""


@dataclass(frozen=True, slots=True)
class Place:
    """How many runs go before this one; and in about how many seconds it starts, None where nobody can know."""

    ahead: int
    estimate_s: float | None


def find_place(run: Run) -> Place | None:
    """The place of a run that waits; None for one that was sent just now, goes on or is over. Few queries, or none."""
    if run.state not in (State.WAITING, State.QUEUED):
        return None
    if run.sent_at is not None and run.sent_at >= timezone.now() - SETTLED:
        return None
    return _find_places(run.device).get(run.pk)


def show_places() -> int:
    """Tell whoever watches a waiting run its place, where it has changed; how many. Raises `redis.RedisError`."""
    places = {str(run): _encode(place) for device in sorted(DEVICES) for run, place in _find_places(device).items()}
    return streams.show_frames(places)


def _find_places(device: str) -> dict[UUID, Place]:
    line = _line_up(device)
    if not line:
        return {}
    slots, pace = machines.count_slots(device), _measure_pace(device)
    free = max(0, slots - Run.objects.filter(SENT, device=device).exclude(state=State.QUEUED).count())
    return {run: Place(ahead, _estimate(ahead, free, slots, pace)) for ahead, run in enumerate(line) if run is not None}


def _line_up(device: str) -> list[UUID | None]:
    """The runs in the order in which they will start; None stands for one that is about to."""
    sent = Run.objects.filter(device=device, state=State.QUEUED, sent_at__isnull=False).order_by("sent_at", "id")
    settled = timezone.now() - SETTLED
    first = [run if sent_at < settled else None for run, sent_at in sent.values_list("pk", "sent_at") if sent_at]
    return [*first, *list_due(device, [State.QUEUED, State.WAITING])]


def _measure_pace(device: str) -> float | None:
    """Seconds for which a run holds its slot: the median of those that ended lately."""
    students = Run.objects.filter(errand__isnull=True)  # a chapter's listings take a second each: nobody's measure
    ended = students.filter(device=device, finished_at__gt=timezone.now() - RECENT, wall_s__isnull=False)
    times = ended.exclude(state__in=UNTYPICAL).order_by("-finished_at").values_list(F("wall_s") + F("paused_s"))
    lately = [time for (time,) in times[:MEASURED]]
    return statistics.median(lately) if len(lately) >= LEAST_MEASURED else None


def _estimate(ahead: int, free: int, slots: int, pace: float | None) -> float | None:
    """Seconds, to the tenth: each slot takes one run after another, and those that are free take theirs now."""
    if not slots or pace is None:
        return None
    return round(max(0, ahead + 1 - free) * pace / slots, 1)


def _encode(place: Place) -> str:
    data: dict[str, Any] = asdict(place)
    return json.dumps({"type": QUEUE_EVENT, "data": data}, separators=(",", ":"))
