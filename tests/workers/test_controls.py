"""What is asked of a run on its way to its runner."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis

from tests.workers.attempts import Recorder, make_attempt, wait_for
from tests.workers.sockets import JOB, Call, runner_at
from workers.protocol import (
    Control,
    Message,
    State,
    Stop,
    controls_key,
    encode,
)


def test_what_is_asked_of_a_run_reaches_its_runner_in_order(tmp_path: Path, valkey: Redis) -> None:
    attempt = make_attempt(tmp_path, Recorder())
    pause, resume = make_control("pause"), make_control("resume")

    def script(call: Call) -> None:
        ask(valkey, pause, resume)
        attempt.take_controls()
        assert [call.hear(), call.hear()] == [pause, resume]
        call.end()

    with runner_at(tmp_path / "runner.sock", script):
        attempt.carry_out()
    assert not valkey.exists(controls_key(JOB.run))


def test_what_was_asked_before_a_run_had_a_runner_waits_for_it(tmp_path: Path, valkey: Redis) -> None:
    attempt = make_attempt(tmp_path, Recorder())
    ask(valkey, make_control("pause"))
    attempt.take_controls()

    def script(call: Call) -> None:
        assert call.hear() == make_control("pause")
        call.end()

    with runner_at(tmp_path / "runner.sock", script):
        attempt.carry_out()


def test_a_control_whose_message_was_missed_is_found_with_the_next_renewal(
    carry_out: Callable[..., Recorder], valkey: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.attempt.RENEW_EVERY_S", 0.05)

    def script(call: Call) -> None:
        ask(valkey, make_control("inspect"))
        assert call.hear() == make_control("inspect")
        call.end()

    assert carry_out(script).finished.exit.outcome is State.SUCCEEDED


def test_what_is_no_control_of_this_run_goes_no_further(tmp_path: Path, valkey: Redis) -> None:
    attempt = make_attempt(tmp_path, Recorder())
    valkey.rpush(controls_key(JOB.run), b"nonsense", b"\xff", encode(Stop(run=JOB.run)))
    ask(valkey, Control(run="another", id="1", verb="pause"), make_control("step"))

    def script(call: Call) -> None:
        assert call.hear() == make_control("step")
        call.end()

    with runner_at(tmp_path / "runner.sock", script):
        attempt.carry_out()


def test_a_run_that_is_over_takes_no_controls(tmp_path: Path, valkey: Redis) -> None:
    recorder = Recorder()
    attempt = make_attempt(tmp_path, recorder)
    with runner_at(tmp_path / "runner.sock", lambda call: call.end()):
        attempt.carry_out()
    ask(valkey, make_control("pause"))
    attempt.take_controls()
    attempt.stop()
    assert recorder.finished.exit.outcome is State.SUCCEEDED
    assert valkey.llen(controls_key(JOB.run)) == 1


def test_a_stop_ends_a_run_that_is_paused(tmp_path: Path, valkey: Redis) -> None:
    recorder = Recorder()
    attempt = make_attempt(tmp_path, recorder)

    def script(call: Call) -> None:
        call.say("state", state="paused")
        wait_for(lambda: recorder.reached == [(State.PAUSED, 1)])
        attempt.stop()
        assert call.hear() == Stop(run=JOB.run)
        call.end(State.STOPPED)

    with runner_at(tmp_path / "runner.sock", script):
        attempt.carry_out()
    assert recorder.finished.exit.outcome is State.STOPPED


def make_control(verb: str) -> Control:
    return Control(run=JOB.run, id="1", verb=verb)


def ask(valkey: Redis, *messages: Message) -> None:
    valkey.rpush(controls_key(JOB.run), *(encode(message) for message in messages))
