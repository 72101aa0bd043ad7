"""Requests of one student, starts and ends of many, and several who send by turns, all at the same moment."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models.functions import Now
from redis import Redis

from apps.runs.dispatch import AHEAD, LOCK, send_due
from apps.runs.models import Run
from apps.runs.recording import record_finish
from apps.runs.starting import start
from apps.runs.stopping import stop
from tests.runs.builders import CODE, announce, make_finished, make_run, make_student, sent_jobs
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


def test_many_who_send_by_turns_send_each_run_once_and_no_more_than_there_is_room(valkey: Redis) -> None:
    announce(valkey, slots=4)
    for index in range(12):
        make_run(make_student(f"s{index}"), sent_at=None)
    at_once(*[send_due] * 6)
    assert Run.objects.filter(sent_at__isnull=False).count() == 4 + AHEAD
    assert len({job.run for job in sent_jobs(valkey)}) == len(sent_jobs(valkey)) == 4 + AHEAD


def test_one_who_hangs_while_sending_keeps_the_others_no_longer_than_their_patience(
    valkey: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.runs.dispatch.LOCK_PATIENCE_MS", 50)
    announce(valkey, slots=1)
    for index in range(1 + AHEAD):
        make_run(make_student(f"busy{index}"), State.RUNNING)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        Run.objects.filter(user__name="busy0").update(state=State.STOPPED, finished_at=Now())
        make_run(make_student("early"), sent_at=None)
        run, _ = start(user=make_student("late"), code=CODE, project=None, client_token=uuid.uuid4())
        assert (run.state, sent_jobs(valkey)) == (State.QUEUED, [])
    finally:
        other.close()
    assert send_due() == 1


def test_starts_at_once_send_each_run_once_and_exceed_the_room_by_less_than_their_number(valkey: Redis) -> None:
    announce(valkey, slots=2)
    users = [make_student(f"s{index}") for index in range(8)]
    at_once(*[lambda user=user: start(user=user, code=CODE, project=None, client_token=uuid.uuid4()) for user in users])
    sent = Run.objects.filter(sent_at__isnull=False).count()
    assert 2 + AHEAD <= sent < 2 + AHEAD + len(users)
    assert len({job.run for job in sent_jobs(valkey)}) == len(sent_jobs(valkey)) == sent
    send_due()
    assert Run.objects.filter(sent_at__isnull=False).count() == sent


@pytest.mark.parametrize("attempt", range(4))
def test_a_start_and_an_end_at_once_miss_nothing(valkey: Redis, attempt: int) -> None:
    announce(valkey, slots=1)
    running = [make_run(make_student(f"busy{index}"), State.RUNNING) for index in range(1 + AHEAD)]
    users = [make_student(f"s{index}") for index in range(1 + AHEAD)]
    ends = [lambda run=run: record_finish(make_finished(run)) for run in running]
    starts = [lambda user=user: start(user=user, code=CODE, project=None, client_token=uuid.uuid4()) for user in users]
    at_once(*ends, *starts)
    assert not Run.objects.filter(state=State.QUEUED, sent_at=None).exists()
    assert len(sent_jobs(valkey)) == 1 + AHEAD


def test_a_stop_and_those_who_send_at_once_agree(valkey: Redis) -> None:
    announce(valkey, slots=4)
    runs = [make_run(make_student(f"s{index}"), sent_at=None) for index in range(4)]
    at_once(*[lambda run=run: stop(run=run) for run in runs], send_due, send_due)
    assert {run.state for run in Run.objects.all()} == {State.STOPPED}
    sent = {str(run.pk) for run in Run.objects.filter(sent_at__isnull=False)}
    assert {job.run for job in sent_jobs(valkey)} == sent
