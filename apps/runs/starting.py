"""Starting a run."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Min, Q
from django.utils import timezone

from apps.accounts.models import User
from apps.courses.models import Item
from apps.runs import dispatch
from apps.runs.models import Run
from apps.runs.states import AT_WORK
from workers.protocol import State

MAX_WAITING = 20
MAX_STARTS = 30
WINDOW = timedelta(minutes=1)


class TooManyRuns(Exception):
    """The student has to wait; the text says for what, `retry_after_s` for how long at least."""

    def __init__(self, text: str, retry_after_s: int) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Standing:
    """What a student has at work, waiting, and started within the window."""

    at_work: int
    waiting: int
    recent: int
    oldest: datetime | None


def start(*, user: User, code: str, project: Item | None, client_token: uuid.UUID) -> tuple[Run, bool]:
    """Accept code to be run: committed, and on its way if fewer than two of the student's runs are at work.

    The run, and True if it is new: the same token gives the same run. Raises `TooManyRuns`.
    """
    with transaction.atomic():
        dispatch.lock_student(user.pk)
        known = Run.objects.filter(user_id=user.pk, client_token=client_token).first()
        if known is not None:
            return known, False
        standing = _take_stock(user.pk)
        _check_limits(standing)
        run = Run(user_id=user.pk, code=code, project=project, client_token=client_token)
        if standing.at_work < dispatch.MAX_AT_WORK and standing.waiting == 0:
            run.state, run.fence, run.attempts, run.queued_at = State.QUEUED, 1, 1, timezone.now()
        run.save(force_insert=True)
        if run.state == State.QUEUED:
            dispatch.send_job(run)
        elif dispatch.promote(user.pk):
            run.refresh_from_db()
    return run, True


def _take_stock(user_id: int) -> Standing:
    since = timezone.now() - WINDOW
    recent = Q(created_at__gt=since)
    numbers = Run.objects.filter(Q(user_id=user_id) & (Q(state__in=[*AT_WORK, State.WAITING]) | recent)).aggregate(
        at_work=Count("pk", filter=Q(state__in=AT_WORK)),
        waiting=Count("pk", filter=Q(state=State.WAITING)),
        recent=Count("pk", filter=recent),
        oldest=Min("created_at", filter=recent),
    )
    return Standing(**numbers)


def _check_limits(standing: Standing) -> None:
    if standing.waiting >= MAX_WAITING:
        raise TooManyRuns(
            f"{MAX_WAITING} of your runs are waiting already. Stop one of them, or wait until one has run.",
            retry_after_s=30,
        )
    if standing.recent >= MAX_STARTS and standing.oldest is not None:
        seconds = max(1, round((standing.oldest + WINDOW - timezone.now()).total_seconds()) + 1)
        raise TooManyRuns(
            f"You have started {standing.recent} runs within a minute. Try again in {seconds} s.", seconds
        )
