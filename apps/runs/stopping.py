"""Stopping a run, in whatever state it is."""

from __future__ import annotations

import logging
from functools import partial

from django.db import transaction
from django.utils import timezone
from redis import RedisError

from apps.runs import dispatch, ending, streams
from apps.runs.models import Run
from apps.runs.recording import STOPPED
from apps.runs.states import AT_WORK, FINAL
from apps.runs.streams import Entry
from workers.protocol import State

logger = logging.getLogger(__name__)


def stop(*, run: Run) -> State:
    """Stop the run on behalf of its owner; the state it is in afterwards.

    What no worker has reported yet ends at once. A running one is asked to end and ends when its worker says so.
    """
    entries = _read_if_possible(str(run.pk))
    with transaction.atomic():
        dispatch.lock_student(run.user_id)
        run.refresh_from_db()
        if run.state in FINAL:
            return State(run.state)
        if run.state in (State.WAITING, State.QUEUED):
            ending.give_up(run=run, state=State.STOPPED, message=STOPPED, entries=entries)
        else:
            Run.objects.filter(pk=run.pk, stop_asked_at=None).update(stop_asked_at=timezone.now())
        if run.state != State.WAITING:
            transaction.on_commit(partial(_signal, str(run.pk)))
    run.refresh_from_db(fields=["state"])
    return State(run.state)


def repeat_unanswered() -> None:
    """Signal again every stop that its run has not answered."""
    for run_id in Run.objects.filter(state__in=AT_WORK, stop_asked_at__isnull=False).values_list("pk", flat=True):
        streams.signal_stop(str(run_id))


def _signal(run_id: str) -> None:
    try:
        streams.signal_stop(run_id)
    except RedisError as error:
        logger.warning("Run %s: its stop is left to the scheduler (%s)", run_id, error)


def _read_if_possible(run_id: str) -> list[Entry]:
    try:
        return streams.read(run_id)
    except RedisError as error:
        logger.warning("Run %s: its events could not be read (%s)", run_id, error)
        return []
