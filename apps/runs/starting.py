"""Starting a run."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.courses.models import Item
from apps.runs import budgets, dispatch, predictions
from apps.runs.admission import Standing, admit, take_stock
from apps.runs.limits import list_differing, lower_limits
from apps.runs.models import Run
from apps.runs.setups import Setup, read_setup
from workers.protocol import State


def start(
    *,
    user: User,
    code: str,
    project: Item | None,
    client_token: uuid.UUID,
    device: str | None = None,
    limits: Mapping[str, Any] | None = None,
    prediction: Mapping[str, Any] | None = None,
) -> tuple[Run, bool]:
    """Accept code to be run: committed, and on its way if fewer than two of the student's runs are at work.

    The run, and True if it is new: the same token gives the same run. Without `device` it goes where its project says;
    `limits` lowers what the project allows; `prediction` answers its question. Raises `BadLimit`, `BadPrediction`,
    `GpuRefused`, `TooManyRuns` and `SiteFull`.
    """
    with transaction.atomic():
        dispatch.lock_student(user.pk)
        known = Run.objects.filter(user_id=user.pk, client_token=client_token).first()
        if known is not None:
            return known, False
        setup = read_setup(project.pk if project else None)
        run = Run(user_id=user.pk, code=code, project=project, client_token=client_token)
        run.prediction = predictions.take(user_id=user.pk, project=project, question=setup.question, given=prediction)
        run.device = device or setup.device
        allowed = lower_limits(setup.limits, limits or {})
        run.limits = list_differing(allowed)
        standing = take_stock(user.pk, run.device)
        admit(standing)
        if run.device == "gpu":
            budgets.check_gpu(user_id=user.pk, project=project, wall_s=allowed.wall_s)
        place(run, standing, setup)
    return run, True


def place(run: Run, standing: Standing, setup: Setup) -> None:
    """With the student locked: save the run where it belongs: with the machines, in their queue, or behind the student's other runs."""
    now = timezone.now()
    if standing.at_work < dispatch.MAX_AT_WORK and standing.waiting == 0:
        run.state, run.fence, run.attempts, run.queued_at = State.QUEUED, 1, 1, now
        # Not under the lock of those who send by turns: nobody waits here, and of two starts at the same moment each
        # may take the last place, which makes the machines' queue longer by one, once.
        if standing.unsent == 0 and standing.sent < dispatch.window(run.device):
            run.sent_at = now
    run.save(force_insert=True)
    if run.sent_at is not None:
        dispatch.send_job(run, setup)
    elif run.state == State.QUEUED:
        dispatch.send_soon()
    elif dispatch.promote(run.user_id):
        run.refresh_from_db()
