"""What workers report: in order, twice, late, and from attempts that were given up."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from redis import Redis

from apps.runs import ending, tasks
from apps.runs.logs import unpack
from apps.runs.models import Run, RunLog
from apps.runs.recording import record_finish, record_state
from tests.runs.builders import (
    CHECK,
    make_finished,
    make_project,
    make_run,
    make_student,
    put_events,
    sent,
    sent_jobs,
    shown,
)
from workers.protocol import LAST_SEQ, Graded, Job, Reached, State, encode

Commit = Callable[[], AbstractContextManager[Any]]


def reload(run: Run) -> Run:
    return Run.objects.get(pk=run.pk)


def reach(run: Run, state: State, *, seq: int) -> Reached:
    return Reached(run=str(run.pk), fence=run.fence, seq=seq, state=state, worker="runs@here")


def test_a_start_is_recorded_once() -> None:
    run = make_run(make_student())
    started = Reached(run=str(run.pk), fence=1, seq=2, state=State.RUNNING, worker="runs@here")
    assert record_state(started)
    assert not record_state(started)
    run = reload(run)
    assert (run.state, run.worker) == (State.RUNNING, "runs@here")
    assert run.started_at is not None


def test_pauses_are_recorded_and_left_again() -> None:
    run = make_run(make_student(), State.RUNNING, state_seq=2)
    assert record_state(reach(run, State.PAUSED, seq=40))
    assert reload(run).state == State.PAUSED
    assert record_state(reach(run, State.RUNNING, seq=44))
    assert (reload(run).state, reload(run).state_seq) == (State.RUNNING, 44)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_reports_that_come_late_or_twice_leave_the_newest_state(order: tuple[int, ...]) -> None:
    run = make_run(make_student())
    told = [reach(run, State.STARTING, seq=1), reach(run, State.RUNNING, seq=2), reach(run, State.PAUSED, seq=9)]
    for number in (*order, *order):
        record_state(told[number])
    assert (reload(run).state, reload(run).state_seq) == (State.PAUSED, 9)


def test_a_worker_says_only_how_far_a_run_has_come(caplog: pytest.LogCaptureFixture) -> None:
    run = make_run(make_student(), State.RUNNING)
    assert not record_state(reach(run, State.SUCCEEDED, seq=3))
    assert reload(run).state == State.RUNNING
    assert "not for a worker to say" in caplog.text


def test_a_start_of_an_old_attempt_is_no_news() -> None:
    run = make_run(make_student(), fence=2)
    assert not record_state(Reached(run=str(run.pk), fence=1, seq=2, state=State.RUNNING, worker="dead"))
    assert reload(run).state == State.QUEUED


def test_a_finish_keeps_facts_and_log(valkey: Redis, commit: Commit) -> None:
    run = make_run(make_student(), State.RUNNING)
    put_events(valkey, run, "one", "two")
    with commit():
        assert record_finish(make_finished(run, State.FAILED, message="NameError: x"))
    run = reload(run)
    assert (run.state, run.message, run.exit_code, run.cpu_s, run.wall_s) == (
        State.FAILED,
        "NameError: x",
        0,
        0.5,
        1.5,
    )
    assert [entry.id for entry in unpack(bytes(run.log.events))] == ["1-1", "1-2", "1-3"]
    assert run.log.count == 3
    assert sent(valkey, "control") == [str(run.pk)]


def test_the_end_is_shown_once_and_the_stream_expires(valkey: Redis, commit: Commit) -> None:
    run = make_run(make_student(), State.RUNNING)
    put_events(valkey, run, "one", "two")
    with commit():
        record_finish(make_finished(run))
    ending.show_end(str(run.pk))
    ending.show_end(str(run.pk))
    events = shown(valkey, run)
    assert [key for key, _ in events] == ["1-1", "1-2", "1-3"]
    assert events[-1][1].data == {"state": "succeeded", "message": ""}
    assert 0 < int(valkey.ttl(f"run:{run.pk}")) <= 600
    assert valkey.xlen("bus") == 1


def test_the_end_of_a_stream_that_was_flushed_is_shown_with_everything_before(valkey: Redis, commit: Commit) -> None:
    run = make_run(make_student(), State.RUNNING)
    put_events(valkey, run, "one", "two")
    with commit():
        record_finish(make_finished(run))
    valkey.flushdb()
    ending.show_end(str(run.pk))
    assert [key for key, _ in shown(valkey, run)] == ["1-1", "1-2", "1-3"]


def test_a_finish_twice_or_late_changes_nothing(valkey: Redis) -> None:
    run = make_run(make_student(), State.RUNNING)
    assert record_finish(make_finished(run))
    assert not record_finish(make_finished(run, State.FAILED))
    assert not record_state(Reached(run=str(run.pk), fence=1, seq=2, state=State.RUNNING, worker="late"))
    assert reload(run).state == State.SUCCEEDED
    assert RunLog.objects.count() == 1


def test_a_finish_of_an_old_attempt_is_no_news() -> None:
    run = make_run(make_student(), State.RUNNING, fence=2)
    assert not record_finish(make_finished(run, fence=1))
    assert reload(run).state == State.RUNNING


def test_a_finish_may_come_before_its_start() -> None:
    run = make_run(make_student(), State.QUEUED)
    assert record_finish(make_finished(run))
    run = reload(run)
    assert run.started_at is not None
    assert run.finished_at is not None
    assert run.started_at < run.finished_at


def test_an_end_queues_the_next_waiting_run(valkey: Redis, commit: Commit) -> None:
    user = make_student()
    first, waiting, later = make_run(user, State.RUNNING), make_run(user, State.WAITING), make_run(user, State.WAITING)
    make_run(user, State.RUNNING)
    with commit():
        record_finish(make_finished(first))
    assert [reload(run).state for run in (waiting, later)] == [State.QUEUED, State.WAITING]
    assert [job.run for job in sent_jobs(valkey) if isinstance(job, Job)] == [str(waiting.pk)]
    assert shown(valkey, waiting)[0][1].data == {"state": "queued"}


def test_a_lost_run_is_started_again_once_and_then_lost(valkey: Redis, commit: Commit) -> None:
    run = make_run(make_student(), State.RUNNING)
    put_events(valkey, run, "output so far")
    with commit():
        assert record_finish(make_finished(run, State.LOST))
        assert not record_finish(make_finished(run, State.LOST))
    run = reload(run)
    assert (run.state, run.fence, run.attempts) == (State.QUEUED, 2, 2)
    assert sent_jobs(valkey) == [Job(run=str(run.pk), fence=2, code=run.code)]
    assert "started again" in shown(valkey, run)[-1][1].data["text"]
    with commit():
        assert record_finish(make_finished(run, State.LOST))
    run = reload(run)
    assert run.state == State.LOST
    assert "our fault" in run.message
    ending.show_end(str(run.pk))
    assert [key for key, _ in shown(valkey, run)] == ["1-1", "2-0", f"2-{LAST_SEQ}"]


def test_a_lost_run_that_was_to_be_stopped_is_stopped() -> None:
    run = make_run(make_student(), State.RUNNING)
    Run.objects.update(stop_asked_at=run.created_at)
    assert record_finish(make_finished(run, State.LOST))
    assert reload(run).state == State.STOPPED


@pytest.mark.parametrize(
    ("goal", "last", "outcome", "met"),
    [
        ("loss<1", 0.5, State.SUCCEEDED, True),
        ("loss<1", 0.5, State.FAILED, False),
        ("loss<1", 1.0, State.SUCCEEDED, False),
        ("loss < 1e-3", 0.0005, State.SUCCEEDED, True),
        ("accuracy>0.9", 0.95, State.SUCCEEDED, False),
        ("loss>0.9", 0.95, State.SUCCEEDED, True),
        ("loss<1", "NaN", State.SUCCEEDED, False),
        ("loss<1", True, State.SUCCEEDED, False),
        ("nonsense", 0.5, State.SUCCEEDED, False),
        ("", 0.5, State.SUCCEEDED, False),
    ],
)
def test_the_goal_is_judged_by_the_last_value(goal: str, last: object, outcome: State, met: bool) -> None:
    run = make_run(make_student(), State.RUNNING, project=make_project(goal))
    metrics = {"loss": {"count": 3, "first": 9, "last": last, "min": 0.1}}
    record_finish(make_finished(run, outcome, metrics=metrics))
    assert reload(run).goal_met is met


@pytest.mark.parametrize(
    ("checks", "outcome", "met"),
    [
        ([Graded(name="a", passed=True, message="As expected.")], State.SUCCEEDED, True),
        (
            [Graded(name="a", passed=True, message=""), Graded(name="b", passed=False, message="3")],
            State.SUCCEEDED,
            False,
        ),
        ([Graded(name="a", passed=True, message="")], State.FAILED, False),
        ([], State.SUCCEEDED, False),
        (None, State.SUCCEEDED, False),
    ],
)
def test_the_checks_judge_where_the_project_has_any(checks: list[Graded] | None, outcome: State, met: bool) -> None:
    run = make_run(make_student(), State.RUNNING, project=make_project("loss<1", checks=[CHECK]))
    record_finish(make_finished(run, outcome, metrics={"loss": {"last": 0.5}}, checks=checks))
    run = reload(run)
    assert run.goal_met is met
    kept = None if checks is None else [{"name": c.name, "passed": c.passed, "message": c.message} for c in checks]
    assert run.checks == kept


def test_checks_that_passed_are_not_enough_where_the_metrics_miss_the_goal() -> None:
    run = make_run(make_student(), State.RUNNING, project=make_project("loss<1", checks=[CHECK]))
    passed = [Graded(name="a", passed=True, message="")]
    record_finish(make_finished(run, State.SUCCEEDED, metrics={"loss": {"last": 1.5}}, checks=passed))
    assert not reload(run).goal_met


def test_a_message_that_postgres_cannot_hold_is_made_to_fit() -> None:
    run = make_run(make_student(), State.RUNNING)
    record_finish(make_finished(run, State.FAILED, message="bad\0 \ud800" + "x" * 5000))
    assert reload(run).message.startswith("bad\ufffd ?xxx")


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "nonsense",
        '{"kind":"stop","run":"x"}',
        '{"kind":"reached","run":"no-uuid","fence":1,"seq":1,"state":"running","worker":"w"}',
    ],
)
def test_what_is_no_report_is_dropped(payload: str) -> None:
    tasks.record_state(payload)
    tasks.record_finish(payload)


def test_the_tasks_record(valkey: Redis) -> None:
    run = make_run(make_student())
    tasks.record_state(encode(Reached(run=str(run.pk), fence=1, seq=2, state=State.RUNNING, worker="w")).decode())
    assert reload(run).state == State.RUNNING
    tasks.record_finish(encode(make_finished(run)).decode())
    assert reload(run).state == State.SUCCEEDED


def test_metrics_that_postgres_refuses_are_logged_and_not_repeated(caplog: pytest.LogCaptureFixture) -> None:
    run = make_run(make_student(), State.RUNNING)
    tasks.record_finish(encode(make_finished(run, metrics={"bad\0name": {"count": 1}})).decode())
    assert "cannot be recorded" in caplog.text
