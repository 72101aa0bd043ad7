"""Runs that the site asks for itself: once for each token, told about at their end, and no measure of anybody's."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.accounts.services import find_service
from apps.runs import errands, places
from apps.runs.models import Run
from apps.runs.recording import record_finish
from apps.runs.sending import send
from tests.runs.builders import CHECK, make_finished, make_project, make_run, make_student, sent_jobs
from workers.protocol import Graded, State

Commit = Callable[[], AbstractContextManager[Any]]
FACTS = {"goal": "loss<1", "limits": {"wall_s": 30}, "checks": [CHECK]}


def test_a_service_is_one_account_that_nobody_can_log_in_to(commit: Commit) -> None:
    service = find_service("robot", label="Robot")
    assert find_service("robot", label="Robot") == service
    assert (service.is_active, service.has_usable_password()) == (False, False)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=service.pk).update(is_active=True)


def test_an_errand_brings_what_a_text_would_say_and_is_judged_by_it(valkey: Any, commit: Commit) -> None:
    service, token = find_service("robot", label="Robot"), uuid.uuid4()
    with commit():
        run = send(service=service, code="print(1)", facts=FACTS, client_token=token)
        assert send(service=service, code="print(1)", facts=FACTS, client_token=token) == run
    [job] = sent_jobs(valkey)
    assert (job.limits.wall_s, [check.name for check in job.checks]) == (30, ["It doubles"])
    told: list[uuid.UUID] = []
    receiver = lambda run, **signal: told.append(run)  # noqa: E731
    errands.ended.connect(receiver)
    student = make_run(make_student())
    graded = [Graded(name="It doubles", passed=True, message="")]
    with commit():
        record_finish(make_finished(student))
        record_finish(make_finished(run, metrics={"loss": {"last": 0.5}}, checks=graded, torch="2.13.0"))
    errands.ended.disconnect(receiver)
    run.refresh_from_db()
    assert (run.state, run.goal_met, run.torch, told) == (State.SUCCEEDED, True, "2.13.0", [run.pk])


def test_an_errand_is_of_no_project() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_run(make_student(), errand={}, project=make_project())


def test_short_errands_do_not_promise_students_a_short_wait() -> None:
    ada = make_student()
    for wall_s in (10.0, 10.0, 10.0):
        make_run(ada, State.SUCCEEDED, wall_s=wall_s)
    for _ in range(9):
        make_run(ada, State.SUCCEEDED, wall_s=0.1, errand={})
    assert places._measure_pace("cpu") == 10.0
    assert Run.objects.count() == 12
