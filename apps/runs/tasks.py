"""What the control worker does: records what workers report, and looks after what was forgotten."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from celery import shared_task
from django.db import DatabaseError, InterfaceError, OperationalError
from redis import RedisError

from apps.runs import dispatch, ending, machines, outbox, places, recording, stopping, watching
from workers.protocol import (
    TASK_RECORD_FINISH,
    TASK_RECORD_STATE,
    TASK_SHOW_END,
    BadMessage,
    Finished,
    Message,
    Reached,
    decode,
)

logger = logging.getLogger(__name__)

RECORDING: dict[str, Any] = {
    # What a worker reported must survive a control worker that dies with it in hand; recording twice does no harm.
    "acks_late": True,
    "reject_on_worker_lost": True,
    # Postgres or Valkey is away: try until it is back, every few seconds.
    "autoretry_for": (OperationalError, InterfaceError, RedisError),
    "max_retries": None,
    "default_retry_delay": 2,
}

M = TypeVar("M", Reached, Finished)


@shared_task(name=TASK_RECORD_STATE, **RECORDING)  # type: ignore[untyped-decorator]
def record_state(payload: str) -> None:
    _record(Reached, payload, recording.record_state)


@shared_task(name=TASK_RECORD_FINISH, **RECORDING)  # type: ignore[untyped-decorator]
def record_finish(payload: str) -> None:
    _record(Finished, payload, recording.record_finish)


@shared_task(name=TASK_SHOW_END, **RECORDING)  # type: ignore[untyped-decorator]
def show_end(run_id: str) -> None:
    ending.show_end(run_id)


@shared_task  # type: ignore[untyped-decorator]
def sweep_outbox() -> None:
    outbox.sweep()


@shared_task  # type: ignore[untyped-decorator]
def take_turns() -> None:
    """Every two seconds: send what was missed when there was room, then tell those who wait where they stand."""
    dispatch.send_due()
    try:
        machines.forget_gone()
        places.show_places()
    except RedisError as error:
        logger.warning("Valkey is away: nobody is told their place until it is back (%s)", error)


@shared_task  # type: ignore[untyped-decorator]
def look_after_runs() -> None:
    """Every few seconds: unanswered stops, lost runs, ends that nobody saw, waiting runs whose turn was missed."""
    try:
        stopping.repeat_unanswered()
        watching.find_lost()
        ending.show_missed()
    except RedisError as error:
        logger.warning("Valkey is away: nobody is missed until it is back (%s)", error)
    dispatch.promote_forgotten()


def _record(kind: type[M], payload: str, record: Callable[[M], bool]) -> None:
    message = _read(payload)
    if not isinstance(message, kind):
        logger.error("Not a message of a worker: %.200s", payload)
        return
    try:
        if not record(message):
            logger.info("Run %s: %s of attempt %s is no news", message.run, message.kind, message.fence)
    except (OperationalError, InterfaceError):
        raise
    except DatabaseError:
        # What Postgres refuses, it refuses every time: repeating would go on for ever. The lost-run watch takes over.
        logger.exception("Run %s: its %s cannot be recorded", message.run, message.kind)


def _read(payload: str) -> Message | None:
    """The message, if it is one and names a run as we do."""
    try:
        message = decode(payload)
        uuid.UUID(getattr(message, "run", ""))
    except (BadMessage, ValueError):
        return None
    return message
