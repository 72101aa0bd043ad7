"""How long a worker waits for a run that does not end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.workers.attempts import Recorder
from tests.workers.sockets import JOB, Call
from workers.allowance import PAUSE_S, Allowance
from workers.protocol import (
    Check,
    Job,
    Limits,
    State,
    Tensor,
)


def test_a_run_over_its_time_is_hung_up_on(carry_out: Callable[..., Recorder], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.allowance.OVERTIME_S", 0.0)
    job = Job(run=JOB.run, fence=1, code="x", limits=Limits(wall_s=0.2))

    def script(call: Call) -> None:
        assert call.hear() is None

    assert carry_out(script, job=job).finished.exit.outcome is State.LOST


def test_a_pause_does_not_count_as_time_that_a_run_has_used(monkeypatch: pytest.MonkeyPatch) -> None:
    now = set_clock(monkeypatch)
    allowance = Allowance(Job(run=JOB.run, fence=1, code="x", limits=Limits(wall_s=100)))
    now[0] = 159
    allowance.notice(State.RUNNING)  # it has waited for its turn
    now[0] += 159
    allowance.notice(State.PAUSED)
    now[0] += PAUSE_S
    assert not allowance.is_over
    allowance.notice(State.RUNNING)
    now[0] += 2
    assert allowance.is_over
    assert (allowance.spent_s, allowance.paused_s) == (161, PAUSE_S)


def test_a_pause_without_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    now = set_clock(monkeypatch)
    allowance = Allowance(Job(run=JOB.run, fence=1, code="x", limits=Limits(wall_s=100)))
    allowance.notice(State.PAUSED)
    now[0] = PAUSE_S + 159
    assert not allowance.is_over
    now[0] += 2
    assert allowance.is_over


def test_a_job_with_checks_may_run_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    now = set_clock(monkeypatch)
    check = Check(name="one", call="1", expect=Tensor(shape=[], values=[1.0]))
    allowance = Allowance(Job(run=JOB.run, fence=1, code="x", limits=Limits(wall_s=100), checks=[check]))
    now[0] = 359
    assert not allowance.is_over
    now[0] = 361
    assert allowance.is_over


def set_clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr("workers.allowance.time.monotonic", lambda: now[0])
    return now
