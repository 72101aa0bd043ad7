"""Which run goes to the machines next."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from redis import RedisError

from apps.runs import outbox, streams
from apps.runs.models import Run
from apps.runs.states import AT_WORK, sources
from workers.protocol import QUEUE_CPU, TASK_RUN, Event, Job, State, encode

logger = logging.getLogger(__name__)

MAX_AT_WORK = 2
"""Runs of one student that may be queued or running at a time; the others wait."""

MAX_ATTEMPTS = 2
"""A run that was lost through no fault of its code is started again, once."""


def lock_student(user_id: int) -> None:
    """Within a transaction: nobody else decides about this student's runs until it ends. Taken before any run."""
    list(get_user_model().objects.select_for_update(no_key=True).filter(pk=user_id).values_list("pk"))


def send_job(run: Run) -> None:
    """Within the transaction that queued it: have the run sent to the machines."""
    job = Job(run=str(run.id), fence=run.fence, code=run.code)
    outbox.post(task=TASK_RUN, queue=QUEUE_CPU, payload=encode(job).decode())


def promote(user_id: int) -> int:
    """With the student locked: queue waiting runs, oldest first, as far as the limit allows; how many."""
    room = MAX_AT_WORK - Run.objects.filter(user_id=user_id, state__in=AT_WORK).count()
    waiting = Run.objects.filter(user_id=user_id, state=State.WAITING).order_by("created_at", "id")
    promoted = [run for run in waiting[: max(room, 0)] if _queue(run, source=[State.WAITING])]
    queued = Event(seq=0, at=0.0, type="state", data={"state": State.QUEUED})
    for run in promoted:
        transaction.on_commit(partial(_show, run, queued))
    return len(promoted)


def requeue(run: Run) -> None:
    """With the student locked: start a run again whose worker was lost. The old attempt's word counts no more."""
    if not _queue(run, source=sources(State.QUEUED)):
        return
    notice = Event(seq=0, at=0.0, type="notice", data={"text": "The machine running this was lost; started again."})
    transaction.on_commit(partial(_show, run, notice))


def promote_forgotten() -> None:
    """Queue waiting runs whose turn was missed, one short transaction a student."""
    for user_id in Run.objects.filter(state=State.WAITING).order_by("user_id").values_list("user_id").distinct():
        with transaction.atomic():
            lock_student(user_id[0])
            promote(user_id[0])


def _queue(run: Run, *, source: list[State]) -> bool:
    changes: dict[str, Any] = {
        "queued_at": timezone.now(),
        "started_at": None,
        "state_seq": 0,
        "unseen_since": None,
        "worker": "",
    }
    guarded = Run.objects.filter(pk=run.pk, fence=run.fence, state__in=source)
    if not guarded.update(state=State.QUEUED, fence=F("fence") + 1, attempts=F("attempts") + 1, **changes):
        return False
    run.refresh_from_db()
    send_job(run)
    return True


def _show(run: Run, event: Event) -> None:
    """Tell viewers, and an attempt that was given up. Best effort: numbers keep both right without it."""
    try:
        streams.fence_off(str(run.pk), run.fence)
        streams.append(str(run.pk), [streams.make_entry(run.fence, event)])
    except RedisError as error:
        logger.warning("Run %s: its viewers could not be told (%s)", run.pk, error)
