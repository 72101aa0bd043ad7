"""Runs that no worker holds any more are found; runs that one holds are left alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from redis import Redis

from apps.runs.dispatch import promote_forgotten
from apps.runs.models import Run
from apps.runs.watching import PATIENCE, find_lost
from tests.runs.builders import make_run, make_student, sent_jobs
from workers.protocol import Job, State

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
