"""Starting a run, and the limits on that."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import DjangoAssertNumQueries, Settings
from redis import Redis

from apps.accounts.models import User
from apps.runs import outbox
from apps.runs.admission import MAX_STARTS, MAX_WAITING
from apps.runs.models import Outgoing, Run
from apps.runs.refusals import SiteFull, TooManyRuns
from apps.runs.starting import start
from tests.runs.builders import CODE, make_project, make_run, make_student, new_token, sent_jobs
from workers.protocol import Job, State

Commit = Callable[[], AbstractContextManager[Any]]


def begin(user: User, **changes: Any) -> tuple[Run, bool]:
    return start(**{"user": user, "code": CODE, "project": None, "client_token": new_token(), **changes})


def test_it_sends_the_job_once_committed(valkey: Redis, commit: Commit) -> None:
    with commit():
        run, is_new = begin(make_student(), project=make_project())
        assert sent_jobs(valkey) == []
    assert is_new
    assert (run.state, run.fence, run.attempts) == (State.QUEUED, 1, 1)
    assert sent_jobs(valkey) == [Job(run=str(run.pk), fence=1, code=CODE)]
    assert not Outgoing.objects.exists()


def test_the_same_token_gives_the_same_run(valkey: Redis, commit: Commit) -> None:
    user, token = make_student(), new_token()
    with commit():
        first, _ = begin(user, client_token=token)
        second, is_new = begin(user, client_token=token, code="print(2)")
    assert (second, is_new) == (first, False)
    assert len(sent_jobs(valkey)) == 1


def test_the_same_token_of_another_student_is_another_run() -> None:
    token = new_token()
    one, _ = begin(make_student("ada"), client_token=token)
    two, is_new = begin(make_student("alan"), client_token=token)
    assert is_new
    assert one != two


def test_the_third_run_waits(valkey: Redis, commit: Commit) -> None:
    user = make_student()
    with commit():
        states = [begin(user)[0].state for _ in range(3)]
    assert states == [State.QUEUED, State.QUEUED, State.WAITING]
    assert len(sent_jobs(valkey)) == 2


def test_a_run_does_not_overtake_one_that_was_forgotten_in_the_queue(commit: Commit) -> None:
    user = make_student()
    forgotten = make_run(user, State.WAITING)
    make_run(user, State.RUNNING)
    with commit():
        run, _ = begin(user)
    forgotten.refresh_from_db()
    assert (forgotten.state, run.state) == (State.QUEUED, State.WAITING)


def test_too_many_waiting_runs_are_refused() -> None:
    user = make_student()
    long_ago = timezone.now() - timedelta(hours=1)
    runs = [make_run(user, State.WAITING) for _ in range(MAX_WAITING)]
    Run.objects.filter(pk__in=[run.pk for run in runs]).update(created_at=long_ago)
    with pytest.raises(TooManyRuns, match="waiting already"):
        begin(user)


def test_too_many_starts_in_a_minute_are_refused_for_a_while() -> None:
    user = make_student()
    for _ in range(MAX_STARTS):
        make_run(user, State.SUCCEEDED)
    with pytest.raises(TooManyRuns, match="within a minute") as refusal:
        begin(user)
    assert refusal.value.retry_after_s in range(1, 62)
    begin(make_student("alan"))


def test_a_site_that_has_enough_to_do_takes_no_more(settings: Settings) -> None:
    settings.MAX_UNFINISHED_RUNS = 2
    user, token = make_student(), new_token()
    first, _ = begin(user, client_token=token)
    begin(make_student("alan"))
    with pytest.raises(SiteFull, match="try again in 30 s") as refusal:
        begin(make_student("grace"))
    assert refusal.value.retry_after_s == 30
    assert begin(user, client_token=token) == (first, False)
    Run.objects.filter(pk=first.pk).update(state=State.STOPPED, finished_at=timezone.now())
    begin(make_student("edsger"))


def test_starting_costs_the_same_with_many_runs_about(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user, project = make_student(), make_project()
    for _ in range(10):
        make_run(user, State.SUCCEEDED)
    with django_assert_num_queries(7):  # savepoint, lock, token, stock, run, outbox, release
        begin(user)
    with django_assert_num_queries(8):  # and what the live text says of the project
        begin(user, project=project)


def test_a_broker_that_is_away_delays_the_run_and_never_loses_it(valkey: Redis, commit: Commit) -> None:
    with patch("apps.runs.outbox.current_app.send_task", side_effect=OperationalError("away")), commit():
        run, _ = begin(make_student())
    assert sent_jobs(valkey) == []
    Outgoing.objects.update(created_at=timezone.now() - timedelta(seconds=10))
    assert outbox.sweep() == 1
    assert sent_jobs(valkey) == [Job(run=str(run.pk), fence=1, code=CODE)]
    assert not Outgoing.objects.exists()


def test_the_sweep_leaves_alone_what_is_being_sent(valkey: Redis) -> None:
    begin(make_student())
    assert outbox.sweep() == 0
    assert Outgoing.objects.count() == 1


def test_the_sweep_keeps_what_it_cannot_send() -> None:
    begin(make_student())
    Outgoing.objects.update(created_at=timezone.now() - timedelta(seconds=10))
    with patch("apps.runs.outbox.current_app.send_task", side_effect=OperationalError("away")):
        assert outbox.sweep() == 0
    assert Outgoing.objects.count() == 1
