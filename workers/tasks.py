"""The one task of a worker: carry out a job that the web side sent."""

from __future__ import annotations

import logging
import time
from typing import Any

from celery import Task
from celery.signals import worker_ready, worker_shutdown, worker_shutting_down
from kombu.exceptions import OperationalError
from redis import RedisError

from workers.announcing import Announcing
from workers.attempt import Attempt, make_exit
from workers.celery import app, environment
from workers.controls import Controls
from workers.protocol import (
    QUEUE_CONTROL,
    TASK_RECORD_FINISH,
    TASK_RECORD_STATE,
    TASK_RUN,
    BadMessage,
    Finished,
    Job,
    Reached,
    State,
    decode,
    encode,
)
from workers.valkey import Ledger, clear_desk, connect

logger = logging.getLogger(__name__)

DRAIN_S = 5.0
"""After SIGTERM runs may end by themselves for so long; then they are handed over: told as lost, and run again."""

_client = connect(environment.valkey_url)
_controls = Controls(_client)
_shutdown_at: list[float] = []
_announcing: list[Announcing] = []


@app.task(name=TASK_RUN, bind=True)  # type: ignore[untyped-decorator]
def run(task: Task[Any, Any], payload: str) -> None:
    """Carry out the job in `payload`, unless another worker has it. Nothing is raised for what the job does."""
    try:
        job = decode(payload)
    except BadMessage as error:
        logger.error("Not a job: %s", error)
        return
    if not isinstance(job, Job):
        logger.error("Not a job: %s", job.kind)
        return
    worker = str(task.request.hostname)
    ledger = Ledger(_client, job.run, job.fence)
    if _claim(ledger, worker, job):
        attempt = Attempt(
            job, ledger=ledger, runner=environment.runner_socket, worker=worker, tell=tell, draining=is_draining
        )
        with _controls.listening(job.run, attempt):
            attempt.carry_out()


def _claim(ledger: Ledger, worker: str, job: Job) -> bool:
    """Valkey gave us the task a moment ago; if it is away now, the scheduler sends a task that nobody claimed again."""
    try:
        return ledger.claim(worker)
    except RedisError as error:
        logger.warning("Run %s could not be claimed (%s)", job.run, error)
        return False


def tell(message: Reached | Finished) -> None:
    """Send a message to the recorder. Raises `OSError` when it could not be sent."""
    task = TASK_RECORD_STATE if isinstance(message, Reached) else TASK_RECORD_FINISH
    try:
        # retry=False: the caller keeps the message and goes on reading its runner meanwhile.
        app.send_task(task, args=[encode(message).decode()], queue=QUEUE_CONTROL, retry=False)
    except (OperationalError, RedisError) as error:
        raise OSError(str(error)) from error


def is_draining() -> bool:
    """True once a shutdown has lasted longer than runs are given to end by themselves."""
    return bool(_shutdown_at) and time.monotonic() > _shutdown_at[0] + DRAIN_S


@worker_ready.connect  # type: ignore[untyped-decorator]
def report_left_behind(sender: Any, **_: object) -> None:
    """A process of our name died with runs in hand: say so now, they need not wait until their leases run out."""
    try:
        for run_id, fence in clear_desk(_client, str(sender.hostname)):
            over = make_exit(State.LOST, "The worker died.")
            tell(Finished(run=run_id, fence=fence, exit=over, metrics={}))
    except (RedisError, OSError) as error:
        logger.warning("What was left behind is found by its leases (%s)", error)


@worker_ready.connect  # type: ignore[untyped-decorator]
def _begin_to_announce(sender: Any, **_: object) -> None:
    _announcing.append(
        Announcing(_client, runner=environment.runner_socket, worker=str(sender.hostname), queue=environment.queue)
    )
    _announcing[-1].begin()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _begin_to_drain(**_: object) -> None:
    """Called by a signal handler: nothing here may wait."""
    _shutdown_at.append(time.monotonic())
    for announcing in _announcing:
        announcing.end()


@worker_shutdown.connect  # type: ignore[untyped-decorator]
def _wait_for_announcing(**_: object) -> None:
    for announcing in _announcing:
        announcing.join(timeout_s=2)
