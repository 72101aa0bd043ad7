"""Finding runs that no worker holds any more: their machine died, or a message was lost, that of their job or of their end."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import NamedTuple

from django.db import DatabaseError, OperationalError, transaction
from django.utils import timezone

from apps.runs import dispatch, machines, recording
from apps.runs.models import Run
from apps.runs.turns import SENT
from apps.runs.valkey import connect
from workers.protocol import BadMessage, Finished, State, claim_key, decode, end_key, lease_key

logger = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=8)
"""A run has to be missed at two looks, this far apart: after a restart of Valkey, workers renew within 5 s."""


class Missed(NamedTuple):
    """A run that nobody seems to have."""

    claimed: bool
    """Whether a worker once took it."""
    end: Finished | None
    """What its worker said last, and the recorder may not have heard."""


def find_lost() -> None:
    """Start lost runs again, or end them. Raises `redis.RedisError` while Valkey is away: then nobody is missed."""
    # What has not been sent waits in Postgres, where nothing is lost.
    runs = list(Run.objects.filter(SENT).defer("code", "metrics").order_by("created_at"))
    if not runs:
        return
    missed = _find_missed(runs)
    now = timezone.now()
    for run in runs:
        if run.pk not in missed:
            _clear(run)
        elif run.unseen_since is None:
            Run.objects.filter(pk=run.pk, fence=run.fence, state=run.state).update(unseen_since=now)
        elif now - run.unseen_since >= PATIENCE:
            _act(run, missed[run.pk])


def _find_missed(runs: list[Run]) -> dict[object, Missed]:
    """By the ids of the runs."""
    client = connect()
    leases = client.mget([lease_key(str(run.pk)) for run in runs])
    claims = client.mget([claim_key(str(run.pk), run.fence) for run in runs])
    ends = client.mget([end_key(str(run.pk)) for run in runs])
    is_empty = {device: client.llen(queue) == 0 for device, queue in machines.QUEUES.items()}
    missed: dict[object, Missed] = {}
    for run, lease, claim, word in zip(runs, leases, claims, ends, strict=True):
        taken = run.state != State.QUEUED or claim is not None
        held = lease is not None and int(lease) >= run.fence
        end = _read_end(run, word)
        # While messages are queued, the run's own is taken to be among them: sending more would only make it longer.
        if end or (taken and not held) or (not taken and is_empty[run.device]):
            missed[run.pk] = Missed(taken, end)
    return missed


def _read_end(run: Run, word: bytes | str | None) -> Finished | None:
    """The word, if it is about this attempt."""
    try:
        message = decode(word) if word else None
    except BadMessage:
        return None
    if isinstance(message, Finished) and (message.run, message.fence) == (str(run.pk), run.fence):
        return message
    return None


def _clear(run: Run) -> None:
    if run.unseen_since is not None:
        Run.objects.filter(pk=run.pk, fence=run.fence).update(unseen_since=None)


def _act(run: Run, missed: Missed) -> None:
    if missed.end:
        _record(run, missed.end)
        return
    if missed.claimed:
        logger.error("Run %s: no worker has held it since %s", run.pk, run.unseen_since)
        recording.lose(run_id=str(run.pk), fence=run.fence)
        return
    logger.warning("Run %s: its message was lost; sending it again", run.pk)
    with transaction.atomic():
        dispatch.lock_student(run.user_id)
        if Run.objects.filter(pk=run.pk, fence=run.fence, state=State.QUEUED).update(unseen_since=None):
            dispatch.send_job(run)


def _record(run: Run, end: Finished) -> None:
    logger.warning("Run %s: the message about its end was lost; recording what its worker kept", run.pk)
    try:
        recording.record_finish(end)
    except OperationalError:
        raise
    except DatabaseError:  # Postgres would refuse it every time
        logger.exception("Run %s: its end cannot be recorded", run.pk)
        recording.lose(run_id=str(run.pk), fence=run.fence)
