"""Runs that no worker holds any more are found; runs that one holds are left alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.db import DataError
from django.utils import timezone
from redis import Redis

from apps.runs import recording
from apps.runs.dispatch import promote_forgotten
from apps.runs.ending import show_missed
from apps.runs.models import Run
from apps.runs.watching import PATIENCE, find_lost
from tests.runs.builders import make_finished, make_run, make_student, put_events, sent_jobs, shown
from workers.protocol import Finished, Job, State, encode

Commit = Callable[[], AbstractContextManager[Any]]


def look_twice(commit: Commit) -> None:
    """Two looks, far enough apart."""
    with commit():
        find_lost()
        Run.objects.filter(unseen_since__isnull=False).update(unseen_since=timezone.now() - PATIENCE)
        find_lost()


def test_a_run_whose_lease_is_held_is_left_alone(valkey: Redis, commit: Commit) -> None:
    run = make_run(make_student(), State.RUNNING)
    valkey.set(f"lease:{run.pk}", 1)
    look_twice(commit)
    assert Run.objects.get().state == State.RUNNING


def test_a_lease_of_an_old_attempt_does_not_count(valkey: Redis, commit: Commit) -> None:
    run = make_run(make_student(), State.RUNNING, fence=2)
    valkey.set(f"lease:{run.pk}", 1)
    look_twice(commit)
    assert Run.objects.get().state == State.LOST


def keep_end(valkey: Redis, run: Run, end: Finished) -> None:
    """As its worker does before it tells the recorder."""
    valkey.set(f"lease:{run.pk}", end.fence)
    valkey.set(f"runs.end:{run.pk}", encode(end))


def test_an_end_that_was_lost_on_its_way_is_recorded_all_the_same(valkey: Redis, commit: Commit) -> None:
    run = make_run(make_student(), State.RUNNING)
    keep_end(valkey, run, make_finished(run, State.FAILED, exit_code=1))
    find_lost()
    assert Run.objects.get().state == State.RUNNING  # the recorder may be about to hear it
    look_twice(commit)
    assert (Run.objects.get().state, Run.objects.get().exit_code) == (State.FAILED, 1)


@pytest.mark.parametrize("of", ["an earlier attempt", "another run", "nothing"])
def test_a_word_about_the_end_of_something_else_ends_nothing(of: str, valkey: Redis, commit: Commit) -> None:
    user = make_student()
    run, other = make_run(user, State.RUNNING, fence=2), make_run(user, State.RUNNING)
    valkey.set(f"lease:{other.pk}", 1)
    keep_end(valkey, run, make_finished(other if of == "another run" else run, fence=1))
    valkey.set(f"lease:{run.pk}", 2)
    if of == "nothing":
        valkey.set(f"runs.end:{run.pk}", "no message")
    look_twice(commit)
    assert set(Run.objects.values_list("state", flat=True)) == {State.RUNNING}


def test_an_end_that_cannot_be_recorded_is_a_lost_attempt(
    valkey: Redis, commit: Commit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Finished) -> bool:
        raise DataError("too much")

    monkeypatch.setattr(recording, "record_finish", refuse)
    run = make_run(make_student(), State.RUNNING)
    keep_end(valkey, run, make_finished(run))
    look_twice(commit)
    assert (Run.objects.get().state, Run.objects.get().fence) == (State.QUEUED, 2)


def test_an_end_that_nobody_was_shown_is_shown(valkey: Redis, commit: Commit) -> None:
    user = make_student()
    forgotten, fresh = make_run(user, State.RUNNING), make_run(user, State.RUNNING)
    for run in (forgotten, fresh):
        put_events(valkey, run, "so far")
        with commit():
            recording.record_finish(make_finished(run))
    Run.objects.filter(pk=forgotten.pk).update(finished_at=timezone.now() - timedelta(seconds=10))
    show_missed()
    assert [event.type for _, event in shown(valkey, forgotten)] == ["stdout", "state"]
    assert [event.type for _, event in shown(valkey, fresh)] == ["stdout"]
    entries = valkey.xlen("bus")
    show_missed()
    assert valkey.xlen("bus") == entries


def test_a_run_missed_once_is_left_alone(commit: Commit) -> None:
    make_run(make_student(), State.RUNNING)
    with commit():
        find_lost()
        find_lost()
    assert Run.objects.get().state == State.RUNNING


def test_a_run_seen_again_is_forgiven(valkey: Redis) -> None:
    run = make_run(make_student(), State.RUNNING, unseen_since=timezone.now() - timedelta(minutes=1))
    valkey.set(f"lease:{run.pk}", 1)
    find_lost()
    assert Run.objects.get().unseen_since is None


@pytest.mark.parametrize("state", [State.STARTING, State.RUNNING, State.PAUSED])
def test_a_lost_run_is_started_again_and_then_lost(state: State, valkey: Redis, commit: Commit) -> None:
    run = make_run(make_student(), state)
    look_twice(commit)
    assert Run.objects.get().state == State.QUEUED
    assert [job.fence for job in sent_jobs(valkey) if isinstance(job, Job)] == [2]
    Run.objects.update(state=State.RUNNING)
    valkey.delete(f"lease:{run.pk}")
    look_twice(commit)
    assert Run.objects.get().state == State.LOST


def test_a_queued_run_whose_message_was_lost_is_sent_again_under_its_fence(valkey: Redis, commit: Commit) -> None:
    run = make_run(make_student())
    look_twice(commit)
    assert sent_jobs(valkey) == [Job(run=str(run.pk), fence=1, code=run.code)]
    assert Run.objects.get().attempts == 1


def test_a_queued_run_behind_others_is_left_alone(valkey: Redis, commit: Commit) -> None:
    make_run(make_student())
    valkey.lpush("runs.cpu", "a message")
    look_twice(commit)
    assert valkey.llen("runs.cpu") == 1


def test_a_queued_run_that_was_taken_and_lost_is_started_again(valkey: Redis, commit: Commit) -> None:
    run = make_run(make_student())
    valkey.set(f"claim:{run.pk}:1", "runs@dead")
    look_twice(commit)
    assert Run.objects.get().fence == 2


def test_waiting_runs_that_were_forgotten_are_queued(commit: Commit) -> None:
    user = make_student()
    runs = [make_run(user, State.WAITING) for _ in range(3)]
    with commit():
        promote_forgotten()
    assert [Run.objects.get(pk=run.pk).state for run in runs] == [State.QUEUED, State.QUEUED, State.WAITING]
