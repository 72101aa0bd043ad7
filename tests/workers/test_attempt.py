"""An attempt at a run, with a real socket at its runner's end and a real Valkey."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from redis import ConnectionError, Redis

from tests.workers.attempts import Recorder, make_attempt, texts, wait_for
from tests.workers.sockets import JOB, Call, runner_at
from workers.protocol import (
    Exit,
    Finished,
    Graded,
    State,
    Stop,
    decode,
    encode,
)
from workers.valkey import Ledger, clear_desk, connect


def test_events_are_published_in_order_and_the_end_is_told(carry_out: Callable[..., Recorder], valkey: Redis) -> None:
    def script(call: Call) -> None:
        call.print("one", "two")
        call.end(message="Finished.")

    finished = carry_out(script).finished
    assert texts(valkey) == [("1-1", "one"), ("1-2", "two")]
    assert valkey.xlen("bus") == 2
    assert (finished.exit.outcome, finished.exit.last_seq, finished.fence) == (State.SUCCEEDED, 2, 1)
    assert valkey.get(f"lease:{JOB.run}") == b"1"
    assert int(valkey.ttl(f"lease:{JOB.run}")) > 60
    assert decode(valkey.get(f"runs.end:{JOB.run}") or "") == finished  # for a recorder that never hears of it
    assert int(valkey.ttl(f"runs.end:{JOB.run}")) > 60


def test_the_start_is_told_while_the_run_goes_on(carry_out: Callable[..., Recorder]) -> None:
    recorder = Recorder()

    def script(call: Call) -> None:
        call.say("state", state="running")
        wait_for(lambda: bool(recorder.heard))
        call.end()

    carry_out(script, recorder=recorder)
    assert [message.kind for message in recorder.heard] == ["reached", "finished"]


def test_states_that_follow_each_other_closely_are_told_as_one(carry_out: Callable[..., Recorder]) -> None:
    recorder = Recorder()

    def script(call: Call) -> None:
        call.say("state", state="starting")
        call.say("state", state="running")
        wait_for(lambda: len(recorder.heard) == 1)
        call.say("state", state="paused")
        wait_for(lambda: len(recorder.heard) == 2)
        call.end()

    carry_out(script, recorder=recorder)
    assert recorder.reached == [(State.RUNNING, 2), (State.PAUSED, 3)]


def test_a_state_is_told_with_the_number_that_its_event_has_in_the_stream(carry_out: Callable[..., Recorder]) -> None:
    recorder = Recorder()

    def script(call: Call) -> None:
        call.say("stdout", text=1)  # replaced by a notice
        call.say("stdout", text=2)  # left out
        call.say("state", state="running")
        wait_for(lambda: bool(recorder.heard))
        call.end()

    carry_out(script, recorder=recorder)
    assert recorder.reached == [(State.RUNNING, 2)]
    assert recorder.finished.exit.last_seq == 2


def test_a_state_is_told_again_until_it_has_been_heard(carry_out: Callable[..., Recorder]) -> None:
    recorder = Recorder(away=2)

    def script(call: Call) -> None:
        call.say("state", state="paused")
        wait_for(lambda: bool(recorder.heard))
        call.end()

    carry_out(script, recorder=recorder)
    assert recorder.reached == [(State.PAUSED, 1)]


def test_metrics_are_summed_up_for_the_recorder(carry_out: Callable[..., Recorder]) -> None:
    def script(call: Call) -> None:
        call.say("metric", name="loss", kind="loss", points=[[1, 3.0], [2, 1.0]])
        call.end()

    assert carry_out(script).finished.metrics == {
        "loss": {"kind": "loss", "count": 2, "first": 3.0, "last": 1.0, "min": 1.0, "max": 3.0}
    }


def test_what_the_runner_says_of_the_end_reaches_the_recorder_whole(carry_out: Callable[..., Recorder]) -> None:
    over = Exit(
        outcome=State.SUCCEEDED,
        message="Finished.",
        exit_code=0,
        cpu_s=1.0,
        wall_s=2.0,
        peak_mb=3.0,
        last_seq=0,
        paused_s=4.0,
        device="gpu",
        gpu_s=5.0,
        checks=[Graded(name="shape", passed=False, message="It is [2], not [3].")],
    )
    assert carry_out(lambda call: call.send(encode(over))).finished.exit == over


def test_a_runner_that_hangs_up_is_our_fault(carry_out: Callable[..., Recorder], valkey: Redis) -> None:
    finished = carry_out(lambda call: call.print("so far")).finished
    assert (finished.exit.outcome, finished.exit.last_seq) == (State.LOST, 1)
    assert texts(valkey) == [("1-1", "so far")]


def test_a_runner_that_is_not_there_is_our_fault(carry_out: Callable[..., Recorder]) -> None:
    assert carry_out(None).finished.exit.outcome is State.LOST


def test_a_runner_that_is_just_starting_is_waited_for(tmp_path: Path, valkey: Redis) -> None:
    recorder = Recorder()
    attempt = make_attempt(tmp_path, recorder, runner_patience_s=10)
    thread = threading.Thread(target=attempt.carry_out)
    thread.start()
    time.sleep(0.3)
    with runner_at(tmp_path / "runner.sock", lambda call: call.end()):
        thread.join(10)
    assert recorder.finished.exit.outcome is State.SUCCEEDED


def test_nonsense_from_the_runner_is_passed_over(carry_out: Callable[..., Recorder], valkey: Redis) -> None:
    def script(call: Call) -> None:
        call.send(b'nonsense\n\n{"kind":"event"}\n\xff\n')
        call.print("sense")
        call.end()

    assert carry_out(script).finished.exit.outcome is State.SUCCEEDED
    assert texts(valkey) == [("1-1", "sense")]


def test_a_line_without_end_is_hung_up_on(carry_out: Callable[..., Recorder]) -> None:
    assert carry_out(lambda call: call.send(b"x" * 5_000_000)).finished.exit.outcome is State.LOST


def test_a_stop_reaches_the_runner(tmp_path: Path, valkey: Redis) -> None:
    recorder = Recorder()
    attempt = make_attempt(tmp_path, recorder)

    def script(call: Call) -> None:
        attempt.stop()
        assert call.hear() == Stop(run=JOB.run)
        call.end(State.STOPPED)

    with runner_at(tmp_path / "runner.sock", script):
        attempt.carry_out()
    assert recorder.finished.exit.outcome is State.STOPPED


def test_a_run_stopped_before_it_began_does_not_reach_the_runner(tmp_path: Path, valkey: Redis) -> None:
    valkey.set(f"stop:{JOB.run}", "1")
    recorder = Recorder()
    with runner_at(tmp_path / "runner.sock", lambda call: call.end()) as calls:
        make_attempt(tmp_path, recorder).carry_out()
    assert calls == []
    assert recorder.finished.exit.outcome is State.STOPPED


def test_a_runner_that_dies_after_a_stop_has_stopped(tmp_path: Path, valkey: Redis) -> None:
    recorder = Recorder()
    attempt = make_attempt(tmp_path, recorder)
    with runner_at(tmp_path / "runner.sock", lambda call: attempt.stop()):
        attempt.carry_out()
    assert recorder.finished.exit.outcome is State.STOPPED


def test_an_attempt_that_was_given_up_falls_silent(carry_out: Callable[..., Recorder], valkey: Redis) -> None:
    def script(call: Call) -> None:
        call.print("mine")
        wait_for(lambda: valkey.xlen("bus") == 1)
        valkey.xadd(f"run:{JOB.run}", {"event": "{}"}, id="2-0")
        call.print("too late")
        assert call.hear() is None

    recorder = carry_out(script)
    assert not [message for message in recorder.heard if isinstance(message, Finished)]
    assert valkey.xlen(f"run:{JOB.run}") == 2


def test_an_attempt_whose_lease_is_held_by_a_later_one_does_nothing(
    carry_out: Callable[..., Recorder], valkey: Redis
) -> None:
    valkey.set(f"lease:{JOB.run}", 2)
    assert carry_out(lambda call: call.end()).heard == []
    assert valkey.get(f"lease:{JOB.run}") == b"2"


def test_events_are_kept_while_valkey_is_away(tmp_path: Path, valkey: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder, away = Recorder(away=2), [True]
    ledger = Ledger(connect(settings.VALKEY_URL), JOB.run, 1)
    publish = ledger.publish

    def publish_or_fail(first_seq: int, events: list[bytes]) -> tuple[int, int]:
        if away[0]:
            raise ConnectionError("away")
        return publish(first_seq, events)

    def script(call: Call) -> None:
        call.print(*(str(number) for number in range(500)))
        time.sleep(0.5)
        away[0] = False
        call.print("after")
        call.end()

    monkeypatch.setattr(ledger, "publish", publish_or_fail)
    with runner_at(tmp_path / "runner.sock", script):
        make_attempt(tmp_path, recorder, ledger=ledger).carry_out()
    assert [text for _, text in texts(valkey)] == [*(str(number) for number in range(500)), "after"]
    assert recorder.finished.exit.last_seq == 501


def test_an_answer_that_was_lost_doubles_nothing(
    tmp_path: Path, valkey: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder, lost = Recorder(), [True]
    ledger = Ledger(connect(settings.VALKEY_URL), JOB.run, 1)
    publish = ledger.publish

    def publish_and_fail_once(first_seq: int, events: list[bytes]) -> tuple[int, int]:
        answer = publish(first_seq, events)
        if lost.pop() if lost else False:
            raise ConnectionError("the answer was lost")
        return answer

    def script(call: Call) -> None:
        call.print("one", "two")
        call.end()

    monkeypatch.setattr(ledger, "publish", publish_and_fail_once)
    with runner_at(tmp_path / "runner.sock", script):
        make_attempt(tmp_path, recorder, ledger=ledger).carry_out()
    assert texts(valkey) == [("1-1", "one"), ("1-2", "two")]
    assert valkey.xlen("bus") == 2


def test_what_a_flushed_valkey_forgot_is_sent_again(carry_out: Callable[..., Recorder], valkey: Redis) -> None:
    def script(call: Call) -> None:
        call.print("one", "two")
        wait_for(lambda: valkey.xlen("bus") == 2)
        valkey.flushdb()
        call.print("three")
        call.end()

    carry_out(script)
    assert [text for _, text in texts(valkey)] == ["one", "two", "three"]


def test_a_worker_that_shuts_down_hands_its_run_over(carry_out: Callable[..., Recorder]) -> None:
    def script(call: Call) -> None:
        assert call.hear() is None

    finished = carry_out(script, draining=lambda: True).finished
    assert finished.exit.outcome is State.LOST
    assert "shut down" in finished.exit.message


def test_an_attempt_is_claimed_once(valkey: Redis) -> None:
    ledger = Ledger(connect(settings.VALKEY_URL), JOB.run, 1)
    assert [ledger.claim("a"), ledger.claim("a"), ledger.claim("b")] == [True, False, False]


def test_a_worker_that_comes_back_finds_what_it_left(valkey: Redis) -> None:
    client = connect(settings.VALKEY_URL)
    done = Ledger(client, "done", 1)
    assert done.claim("runs@here")
    done.put_away("runs@here")
    assert Ledger(client, JOB.run, 3).claim("runs@here")
    assert Ledger(client, "another", 1).claim("runs@there")
    assert clear_desk(client, "runs@here") == [(JOB.run, 3)]
    assert clear_desk(client, "runs@here") == []
