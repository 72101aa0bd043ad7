"""Starting a run for a program: once for a key, and only ever the run that was asked for."""

from __future__ import annotations

from dataclasses import asdict

from django.http import Http404

from apps.accounts.models import User
from apps.api import keys
from apps.api.problems import Problem
from apps.api.schemas import Start
from apps.courses.models import Item
from apps.runs import access, starting
from apps.runs.limits import rebuild_limits
from apps.runs.models import Run
from workers.protocol import MAX_CODE_BYTES


def start(*, user: User, wanted: Start, key: str | None) -> tuple[Run, bool]:
    """The run, and True if it is new. Raises `Problem` and `apps.runs.refusals.Refusal`."""
    if len(wanted.code.encode()) > MAX_CODE_BYTES:
        raise Problem(413, f"The code is longer than {MAX_CODE_BYTES // 1024} KB. Shorten it.")
    project = _load_project(wanted.project) if wanted.project else None
    run, is_new = starting.start(
        user=user,
        code=wanted.code,
        project=project,
        client_token=keys.make_token(key, user.pk),
        device=wanted.device,
        limits=wanted.limits,
    )
    if not is_new and not _is_asked_for(run, wanted, project):
        raise Problem(
            422,
            "This Idempotency-Key belongs to another run. Take a new key for a new run; send a request again as it was.",
            errors=[{"field": "header.Idempotency-Key", "detail": "used before, with another body"}],
        )
    if is_new and project:
        run.project = project  # with its chapter and course, which the answer names
    return run, is_new


def _load_project(path: str) -> Item:
    try:
        return access.load_project(path)
    except Http404:
        raise Problem(404, "There is no such project now. One is named course/chapter/key.") from None


def _is_asked_for(run: Run, wanted: Start, project: Item | None) -> bool:
    """Whether `wanted` may have been the request for this run. What the project chose then is not held against it."""
    effective = asdict(rebuild_limits(run.limits))
    return (
        run.code == wanted.code
        and run.project_id == (project.pk if project else None)
        and wanted.device in (None, run.device)
        and all(effective.get(name) == value for name, value in wanted.limits.items())
    )
