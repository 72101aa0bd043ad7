"""Queued runs wait in Postgres and are sent by turns, as far as the machines have room."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.utils import timezone
from redis import ConnectionError, Redis

from apps.runs import tasks
from apps.runs.dispatch import AHEAD, UNANNOUNCED, send_due, window
from apps.runs.models import Outgoing, Run
from apps.runs.recording import record_finish
from apps.runs.starting import start
from apps.runs.stopping import stop
from apps.runs.watching import PATIENCE, find_lost
from tests.runs.builders import (
    CHECK,
    CODE,
    announce,
    make_finished,
    make_project,
    make_run,
    make_student,
    sent_jobs,
    shown,
)
from workers.protocol import Check, Job, Limits, State, Tensor

Commit = Callable[[], AbstractContextManager[Any]]


def fill(number: int) -> list[Run]:
    """Runs that are with the machines, each of another student."""
    return [make_run(make_student(f"busy{index}"), State.RUNNING) for index in range(number)]


def make_unsent(name: str, **fields: Any) -> Run:
    return make_run(make_student(name), sent_at=None, **fields)


def is_sent(run: Run) -> bool:
    return Run.objects.get(pk=run.pk).sent_at is not None


def test_a_run_that_finds_room_is_sent_by_the_transaction_that_accepts_it(valkey: Redis, commit: Commit) -> None:
    announce(valkey, slots=2)
    fill(2)
    with commit():
        run, _ = start(user=make_student(), code=CODE, project=None, client_token=uuid.uuid4())
        assert Outgoing.objects.count() == 1
    assert run.sent_at is not None
    assert [job.run for job in sent_jobs(valkey)] == [str(run.pk)]


def test_a_run_that_finds_none_waits_in_postgres(valkey: Redis, commit: Commit) -> None:
    announce(valkey, slots=2)
    fill(2 + AHEAD)
    with commit():
        run, _ = start(user=make_student(), code=CODE, project=None, client_token=uuid.uuid4())
    assert (run.state, run.sent_at) == (State.QUEUED, None)
    assert sent_jobs(valkey) == []


def test_a_run_does_not_overtake_those_that_wait_for_their_turn(valkey: Redis, commit: Commit) -> None:
    announce(valkey, slots=1)
    fill(AHEAD)
    earlier = make_unsent("early")
    with commit():
        later, _ = start(user=make_student("late"), code=CODE, project=None, client_token=uuid.uuid4())
    assert [is_sent(earlier), is_sent(later)] == [True, False]


def test_an_end_sends_the_next(valkey: Redis, commit: Commit) -> None:
    announce(valkey, slots=1)
    running = fill(1 + AHEAD)
    waiting = [make_unsent("one"), make_unsent("two")]
    with commit():
        record_finish(make_finished(running[0]))
    assert [is_sent(run) for run in waiting] == [True, False]
    assert [job.run for job in sent_jobs(valkey)] == [str(waiting[0].pk)]


def test_a_hungry_student_does_not_delay_another_s_first_run(valkey: Redis, commit: Commit) -> None:
    announce(valkey, slots=1)
    hungry = make_student("hungry")
    with commit():
        runs = [make_run(hungry, State.WAITING) for _ in range(60)]
        tasks.look_after_runs()
    with commit():
        modest, _ = start(user=make_student("modest"), code=CODE, project=None, client_token=uuid.uuid4())
    assert is_sent(modest)
    assert sum(is_sent(run) for run in runs) == 2


def test_whoever_was_served_longest_ago_is_next(valkey: Redis, commit: Commit) -> None:
    announce(valkey, slots=1)
    [running] = fill(1)
    fill_up = [make_run(running.user), make_run(make_student("third"))]
    just_served = make_unsent("again")
    make_run(just_served.user, State.SUCCEEDED)
    never_served = make_unsent("new")
    assert len(fill_up) == AHEAD
    with commit():
        record_finish(make_finished(running))
    assert [is_sent(just_served), is_sent(never_served)] == [False, True]


def test_the_scheduler_sends_what_was_missed(valkey: Redis, commit: Commit) -> None:
    announce(valkey, slots=3)
    runs = [make_unsent(f"s{index}") for index in range(7)]
    with commit():
        tasks.take_turns()
    assert [is_sent(run) for run in runs] == [True] * (3 + AHEAD) + [False] * 2
    assert len(sent_jobs(valkey)) == 3 + AHEAD


def test_sending_twice_sends_once(valkey: Redis, commit: Commit) -> None:
    announce(valkey)
    make_unsent("ada")
    with commit():
        assert [send_due(), send_due()] == [1, 0]
    assert len(sent_jobs(valkey)) == 1


def test_while_no_machine_is_there_a_few_wait_for_it_with_the_broker(valkey: Redis, commit: Commit) -> None:
    for index in range(UNANNOUNCED + 1):
        make_unsent(f"s{index}")
    with commit():
        assert send_due() == UNANNOUNCED


def test_a_machine_that_can_run_nothing_safely_has_no_slots(valkey: Redis) -> None:
    announce(valkey, slots=8, refusal="The self-test failed.")
    assert window("cpu") == UNANNOUNCED


def test_machines_add_up_and_each_device_has_its_own_room(valkey: Redis) -> None:
    announce(valkey, slots=2)
    announce(valkey, slots=3, worker="runs@there")
    announce(valkey, slots=1, worker="runs@gpu", queue="runs.gpu", devices=["NVIDIA H100"])
    assert (window("cpu"), window("gpu")) == (5 + AHEAD, 1 + AHEAD)


def test_valkey_away_makes_the_window_small_and_breaks_nothing(valkey: Redis) -> None:
    with patch("apps.runs.machines.connect", side_effect=ConnectionError("away")):
        assert window("cpu") == UNANNOUNCED


def test_a_full_gpu_does_not_hold_up_the_cpu(valkey: Redis, commit: Commit) -> None:
    announce(valkey)
    for index in range(UNANNOUNCED + 1):
        make_unsent(f"gpu{index}", device="gpu")
    on_cpu = make_unsent("cpu")
    with commit():
        send_due()
    assert is_sent(on_cpu)
    assert [job.device for job in sent_jobs(valkey, "runs.gpu")] == ["gpu"] * UNANNOUNCED


def test_a_job_carries_device_limits_and_checks(valkey: Redis, commit: Commit) -> None:
    announce(valkey, slots=1, queue="runs.gpu")
    project = make_project(device="gpu", limits={"wall_s": 300}, checks=[CHECK])
    with commit():
        run, _ = start(
            user=make_student(), code=CODE, project=project, client_token=uuid.uuid4(), limits={"memory_mb": 512}
        )
    assert (run.device, run.limits) == ("gpu", {"wall_s": 300, "memory_mb": 512})
    check = Check(
        name="It doubles",
        call="double(x)",
        inputs=[Tensor(name="x", shape=[1], values=[2.0])],
        expect=Tensor(shape=[1], values=[4.0]),
        within=0.001,
        hint="Multiply by two.",
    )
    limits = Limits(wall_s=300, memory_mb=512)
    job = Job(run=str(run.pk), fence=1, code=CODE, device="gpu", limits=limits, checks=[check])
    assert sent_jobs(valkey, "runs.gpu") == [job]


def test_a_run_that_waits_for_its_turn_is_not_lost(valkey: Redis, commit: Commit) -> None:
    run = make_unsent("ada")
    with commit():
        find_lost()
        Run.objects.update(unseen_since=timezone.now() - PATIENCE - timedelta(seconds=1))
        find_lost()
    assert Run.objects.get(pk=run.pk).fence == 1
    assert sent_jobs(valkey) == []


def test_a_lost_run_goes_again_as_if_it_had_not_had_its_turn(valkey: Redis, commit: Commit) -> None:
    announce(valkey, slots=1)
    lost, *_ = fill(1 + AHEAD)
    younger = make_unsent("younger")
    with commit():
        record_finish(make_finished(lost, State.LOST))
    lost.refresh_from_db()
    assert (lost.state, lost.fence) == (State.QUEUED, 2)
    assert [is_sent(lost), is_sent(younger)] == [True, False]
    assert [job.fence for job in sent_jobs(valkey)] == [2]


def test_a_run_that_waits_for_its_turn_is_stopped_at_once(valkey: Redis, commit: Commit) -> None:
    announce(valkey)
    run = make_unsent("ada")
    with commit():
        assert stop(run=run) is State.STOPPED
        assert send_due() == 0
    assert sent_jobs(valkey) == []
    assert shown(valkey, run) == []
