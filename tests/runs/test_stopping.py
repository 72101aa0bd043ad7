"""Stop, pressed in every state."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

import pytest
from redis import ConnectionError, Redis

from apps.runs import ending
from apps.runs.models import Run
from apps.runs.recording import record_finish, record_state
from apps.runs.stopping import repeat_unanswered, stop
from tests.runs.builders import hear, make_finished, make_run, make_student, put_events, shown
from workers.protocol import LAST_SEQ, OUTCOMES, Reached, State, Stop, encode

Commit = Callable[[], AbstractContextManager[Any]]


@pytest.fixture
def controls(valkey: Redis) -> Any:
    channel: Any = valkey.pubsub()  # type: ignore[no-untyped-call]
    channel.subscribe("controls")
    assert channel.get_message(timeout=2)["type"] == "subscribe"
    yield channel
    channel.close()


@pytest.mark.parametrize("state", [State.WAITING, State.QUEUED])
def test_what_no_worker_reported_ends_at_once(state: State, valkey: Redis, commit: Commit) -> None:
    run = make_run(make_student(), state)
    with commit():
        assert stop(run=run) is State.STOPPED
    ending.show_end(str(run.pk))
    assert shown(valkey, run)[-1] == (f"{run.fence}-{LAST_SEQ}", shown(valkey, run)[-1][1])
    assert shown(valkey, run)[-1][1].data["state"] == "stopped"


def test_a_worker_that_has_a_run_stopped_while_queued_is_told_and_fenced_off(
    valkey: Redis, commit: Commit, controls: Any
) -> None:
    run = make_run(make_student(), State.QUEUED)
    put_events(valkey, run, "first words")
    with commit():
        stop(run=run)
    assert hear(controls, run) == encode(Stop(run=str(run.pk)))
    assert valkey.get(f"lease:{run.pk}") == b"2"
    assert not record_state(Reached(run=str(run.pk), fence=1, seq=2, state=State.RUNNING, worker="w"))
    assert not record_finish(make_finished(run))
    assert Run.objects.get().state == State.STOPPED


@pytest.mark.parametrize("state", [State.STARTING, State.RUNNING, State.PAUSED])
def test_a_run_at_work_is_asked_to_end(state: State, valkey: Redis, commit: Commit, controls: Any) -> None:
    run = make_run(make_student(), state)
    with commit():
        assert stop(run=run) is state
    assert Run.objects.get().stop_asked_at is not None
    assert hear(controls, run) == encode(Stop(run=str(run.pk)))
    assert valkey.exists(f"stop:{run.pk}")
    assert record_finish(make_finished(run, State.STOPPED))
    assert Run.objects.get().state == State.STOPPED


@pytest.mark.parametrize("state", sorted(OUTCOMES))
def test_what_is_over_stays_as_it_is(state: State, valkey: Redis, commit: Commit) -> None:
    run = make_run(make_student(), state)
    with commit():
        assert stop(run=run) is state
    assert not valkey.exists(f"stop:{run.pk}")


def test_a_stop_that_valkey_did_not_take_is_repeated(valkey: Redis, commit: Commit) -> None:
    run = make_run(make_student(), State.RUNNING)
    with patch("apps.runs.streams.connect", side_effect=ConnectionError("away")), commit():
        stop(run=run)
    assert not valkey.exists(f"stop:{run.pk}")
    repeat_unanswered()
    assert valkey.exists(f"stop:{run.pk}")


def test_stopping_lets_the_next_run_go(commit: Commit) -> None:
    user = make_student()
    queued, _, waiting = make_run(user), make_run(user), make_run(user, State.WAITING)
    with commit():
        stop(run=queued)
    waiting.refresh_from_db()
    assert waiting.state == State.QUEUED
