"""Finding runs that no worker holds any more: their machine died, or their message was lost."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from apps.runs import dispatch, machines, recording
from apps.runs.models import Run
from apps.runs.turns import SENT
from apps.runs.valkey import connect
from workers.protocol import State, claim_key, lease_key

logger = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=8)
"""A run has to be missed at two looks, this far apart: after a restart of Valkey, workers renew within 5 s."""


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
            _act(run, claimed=missed[run.pk], now=now)


def _find_missed(runs: list[Run]) -> dict[object, bool]:
    """Ids of the runs that nobody seems to have; True for those that a worker once took."""
    client = connect()
    leases = client.mget([lease_key(str(run.pk)) for run in runs])
    claims = client.mget([claim_key(str(run.pk), run.fence) for run in runs])
    is_empty = {device: client.llen(queue) == 0 for device, queue in machines.QUEUES.items()}
    missed: dict[object, bool] = {}
    for run, lease, claim in zip(runs, leases, claims, strict=True):
        taken = run.state != State.QUEUED or claim is not None
        held = lease is not None and int(lease) >= run.fence
        # While messages are queued, the run's own is taken to be among them: sending more would only make it longer.
        if (taken and not held) or (not taken and is_empty[run.device]):
            missed[run.pk] = taken
    return missed


def _clear(run: Run) -> None:
    if run.unseen_since is not None:
        Run.objects.filter(pk=run.pk, fence=run.fence).update(unseen_since=None)


def _act(run: Run, *, claimed: bool, now: datetime) -> None:
    if claimed:
        logger.error("Run %s: no worker has held it since %s", run.pk, run.unseen_since)
        recording.lose(run_id=str(run.pk), fence=run.fence)
        return
    logger.warning("Run %s: its message was lost; sending it again", run.pk)
    with transaction.atomic():
        dispatch.lock_student(run.user_id)
        if Run.objects.filter(pk=run.pk, fence=run.fence, state=State.QUEUED).update(unseen_since=None):
            dispatch.send_job(run)
