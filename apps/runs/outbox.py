"""The outbox: tasks that are written with the decision behind them and sent once it is committed, at least once."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis import RedisError

from apps.runs.models import Outgoing
from workers.protocol import QUEUE_CONTROL

logger = logging.getLogger(__name__)

LEFT_BEHIND = timedelta(seconds=2)
"""What is older was not sent by whoever wrote it."""

BATCH = 200


class BrokerAway(Exception):
    """The broker took nothing; what should have been sent is still in the outbox."""


def post(*, task: str, queue: str, payload: str) -> None:
    """Within a transaction: have `task` sent to `queue` with `payload` as soon as this is committed."""
    outgoing = Outgoing.objects.create(task=task, queue=queue, payload=payload)
    transaction.on_commit(partial(_send_now, outgoing))


def post_home(*, task: str, payload: str) -> None:
    """The same for a task that the site's own worker does."""
    post(task=task, queue=QUEUE_CONTROL, payload=payload)


def sweep() -> int:
    """Send what was left behind, oldest first; how many were sent. Two sweeps at once share the work."""
    sent = 0
    with transaction.atomic():
        left = Outgoing.objects.filter(created_at__lt=timezone.now() - LEFT_BEHIND).order_by("id")
        for outgoing in left.select_for_update(skip_locked=True)[:BATCH]:
            try:
                _send(outgoing)
            except BrokerAway as error:
                logger.warning("The outbox waits for the broker (%s)", error)
                break
            outgoing.delete()
            sent += 1
    return sent


def _send_now(outgoing: Outgoing) -> None:
    try:
        _send(outgoing)
    except BrokerAway as error:
        logger.warning("%s was left to the sweep: the broker is away (%s)", outgoing, error)
    else:
        outgoing.delete()


def _send(outgoing: Outgoing) -> None:
    try:
        # retry=False: a person may be waiting for the answer; the sweep is the retry.
        current_app.send_task(outgoing.task, args=[outgoing.payload], queue=outgoing.queue, retry=False)
    except (OperationalError, RedisError, OSError) as error:
        raise BrokerAway(str(error)) from error
