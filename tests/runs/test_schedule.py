"""The schedule names tasks that exist, and a tick that nobody had time for does not pile up."""

from __future__ import annotations

import pytest
from django.conf import settings

from apps.runs import tasks
from apps.runs.models import Run
from kindling.celery import app
from tests.runs.builders import make_run, make_student
from workers.protocol import TASK_RECORD_FINISH, TASK_RECORD_STATE, TASK_SHOW_END, State, broker_url

app.loader.import_default_modules()  # as a worker does at its start: tasks are found then, and not before


@pytest.mark.parametrize("entry", app.conf.beat_schedule.values(), ids=lambda entry: entry["task"])
def test_a_tick_runs_a_task_and_expires_before_the_next(entry: dict[str, object]) -> None:
    assert entry["task"] in app.tasks
    assert entry["options"] == {"expires": entry["schedule"]}


@pytest.mark.parametrize("name", [TASK_RECORD_STATE, TASK_RECORD_FINISH, TASK_SHOW_END])
def test_reports_survive_a_control_worker_that_dies(name: str) -> None:
    task = app.tasks[name]
    assert (task.acks_late, task.reject_on_worker_lost, task.max_retries) == (True, True, None)


def test_the_broker_is_the_valkey_of_the_settings() -> None:
    assert app.conf.broker_url == broker_url(settings.VALKEY_URL)


def test_the_ticks_do_their_work() -> None:
    run = make_run(make_student(), State.WAITING)
    tasks.sweep_outbox()
    tasks.look_after_runs()
    assert Run.objects.get(pk=run.pk).state == State.QUEUED
