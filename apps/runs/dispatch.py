"""Which run goes to the machines next, and when.

A student's runs wait until fewer than two of them are at work (`waiting`), then for their turn among everybody's
(`queued`, `sent_at` empty), both in Postgres. Only as many are sent to the broker as the machines can take at once:
its queue knows no turns.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from redis import RedisError

from apps.runs import machines, outbox, streams
from apps.runs.limits import rebuild_limits
from apps.runs.models import Run
from apps.runs.setups import Setup, find_setup
from apps.runs.states import AT_WORK, sources
from apps.runs.turns import SENT, UNSENT, list_due
from workers.protocol import TASK_RUN, Event, Job, State, encode

logger = logging.getLogger(__name__)

MAX_AT_WORK = 2
"""Runs of one student that may be queued or running at a time; the others wait."""

MAX_ATTEMPTS = 2
"""A run that was lost through no fault of its code is started again, once."""

AHEAD = 2
"""Runs that are sent beyond the slots. Between an end and the next start lie the recorder, this module and the broker,
about 20 ms: with these two lying ready, two runs may end at once and no slot waits. More would harden the order early."""

UNANNOUNCED = 2
"""What is sent while no machine has announced itself: a returning one finds work at once, and still most is ours to order."""

LOCK = 0x72756E73
"""Postgres advisory lock ("runs") of whoever sends by turns. Two at once would count the same room twice."""

LOCK_PATIENCE_MS = 2000


def lock_student(user_id: int) -> None:
    """Within a transaction: nobody else decides about this student's runs until it ends. Taken before any run."""
    list(get_user_model().objects.select_for_update(no_key=True).filter(pk=user_id).values_list("pk"))


def window(device: str) -> int:
    """How many runs may be sent and unfinished on this device at a time."""
    slots = machines.count_slots(device)
    return slots + AHEAD if slots else UNANNOUNCED


def send_job(run: Run, setup: Setup | None = None) -> None:
    """Within the transaction that decided it: have the run sent to the machines. `setup` spares a query."""
    setup = setup or find_setup(run)
    job = Job(
        run=str(run.pk),
        fence=run.fence,
        code=run.code,
        device=run.device,
        limits=rebuild_limits(run.limits),
        checks=list(setup.checks),
    )
    outbox.post(task=TASK_RUN, queue=machines.QUEUES[run.device], payload=encode(job).decode())


def send_soon() -> None:
    """Within a transaction that queued a run or made room: send by turns once it is committed.

    Whoever commits looks afterwards, so of a start and an end at the same moment the later one sees both. What is
    missed all the same, the scheduler sends.
    """
    transaction.on_commit(send_due, robust=True)


def send_due() -> int:
    """Send queued runs by turns, as far as there is room; how many. A transaction of its own."""
    devices = list(Run.objects.filter(UNSENT).order_by().values_list("device", flat=True).distinct())
    windows = {device: window(device) for device in sorted(devices)}  # asks Valkey: not while others wait for the lock
    if not windows:
        return 0
    with transaction.atomic():
        _take_lock()
        return sum(_send_by_turns(device, size) for device, size in windows.items())


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


def _take_lock() -> None:
    """Until the transaction ends; for a bounded time, since whoever holds it may hang."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_PATIENCE_MS}ms"])
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _send_by_turns(device: str, size: int) -> int:
    room = size - Run.objects.filter(SENT, device=device).count()
    due = list_due(device)[:room] if room > 0 else []
    runs = Run.objects.in_bulk(due)
    return sum(_send(runs[pk]) for pk in due if pk in runs)


def _send(run: Run) -> bool:
    """Guarded: a stop may have been faster."""
    if not Run.objects.filter(UNSENT, pk=run.pk, fence=run.fence).update(sent_at=timezone.now()):
        return False
    send_job(run)
    return True


def _queue(run: Run, *, source: list[State]) -> bool:
    changes: dict[str, Any] = {
        "queued_at": timezone.now(),
        "sent_at": None,
        "started_at": None,
        "state_seq": 0,
        "unseen_since": None,
        "worker": "",
    }
    guarded = Run.objects.filter(pk=run.pk, fence=run.fence, state__in=source)
    if not guarded.update(state=State.QUEUED, fence=F("fence") + 1, attempts=F("attempts") + 1, **changes):
        return False
    run.refresh_from_db()
    send_soon()
    return True


def _show(run: Run, event: Event) -> None:
    """Tell viewers, and an attempt that was given up. Best effort: numbers keep both right without it."""
    try:
        streams.fence_off(str(run.pk), run.fence)
        streams.append(str(run.pk), [streams.make_entry(run.fence, event)])
    except RedisError as error:
        logger.warning("Run %s: its viewers could not be told (%s)", run.pk, error)
