"""Requests of one student that arrive at the same moment."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection

from apps.runs.models import Run
from apps.runs.recording import record_finish
from apps.runs.starting import start
from apps.runs.stopping import stop
from tests.runs.builders import CODE, make_finished, make_run, make_student
from workers.protocol import State

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*actions: Callable[[], object]) -> None:
    """Each in a thread with a connection of its own; fails if one of them does."""
    failures: list[Exception] = []

    def act(action: Callable[[], object]) -> None:
        try:
            action()
        except Exception as error:  # noqa: BLE001 (told below)
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failures


def test_many_starts_at_once_keep_to_the_limit() -> None:
    user = make_student()
    at_once(*[lambda: start(user=user, code=CODE, project=None, client_token=uuid.uuid4())] * 8)
    states = [run.state for run in Run.objects.all()]
    assert (states.count(State.QUEUED), states.count(State.WAITING)) == (2, 6)


def test_the_same_token_at_once_is_one_run() -> None:
    user, token = make_student(), uuid.uuid4()
    at_once(*[lambda: start(user=user, code=CODE, project=None, client_token=token)] * 6)
    assert Run.objects.count() == 1


def test_stops_and_ends_at_once_end_every_run_once() -> None:
    user = make_student()
    running = [make_run(user, State.RUNNING) for _ in range(2)]
    waiting = [make_run(user, State.WAITING) for _ in range(3)]
    ends = [lambda run=run: record_finish(make_finished(run)) for run in running * 2]
    stops = [lambda run=run: stop(run=Run.objects.get(pk=run.pk)) for run in [*waiting, *running]]
    at_once(*ends, *stops)
    assert {run.state for run in Run.objects.filter(pk__in=[run.pk for run in running])} == {State.SUCCEEDED}
    assert {run.state for run in Run.objects.filter(pk__in=[run.pk for run in waiting])} == {State.STOPPED}
