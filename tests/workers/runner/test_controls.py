"""Pause, resume, step and inspect on real runs, and what a run gains by answering them falsely: nothing."""

from __future__ import annotations

import time

import pytest

from tests.workers.runner.live import Runner

TRAINING = """
import torch, time
model = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
x = torch.ones(4, 1)
for step in range(STEPS):
    loss = (model(x) - 2).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    time.sleep(0.02)
print("through")
"""

CLAIM = """
import os, json, signal
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))  # so that nothing of ours pauses it in earnest
def claim(type_): os.write(3, json.dumps({"type": type_, "data": {}}).encode() + b"\\n")
"""


def _training(steps: int) -> str:
    return TRAINING.replace("STEPS", str(steps))


def test_a_run_pauses_rests_and_goes_on_to_its_end(runner: Runner) -> None:
    run = runner.start(_training(40), wall_s=5)
    run.until("metric")
    run.control("pause")
    run.until("state", "paused")
    time.sleep(1)
    run.control("resume")
    run.until("state", "running")
    told = run.rest()
    assert told.outcome == "succeeded"
    assert told.text() == "through\n"
    assert told.exit is not None
    assert 0.8 < told.exit.paused_s < 3
    assert [data["state"] for data in told.data("state")] == ["starting", "running", "paused", "running"]
    assert [event.seq for event in told.events] == list(range(1, len(told.events) + 1))


def test_a_pause_longer_than_the_limit_of_the_run_does_not_time_it_out(runner: Runner) -> None:
    run = runner.start(_training(20), wall_s=2)
    run.until("metric")
    run.control("pause")
    run.until("state", "paused")
    time.sleep(2.5)
    run.control("resume")
    told = run.rest()
    assert told.outcome == "succeeded"
    assert told.exit is not None
    assert told.exit.paused_s > 2
    assert told.exit.wall_s < 2


def test_a_step_is_one_step(runner: Runner) -> None:
    run = runner.start(_training(40))
    run.until("metric")
    run.control("pause")
    run.until("state", "paused")
    for _ in range(3):
        run.control("step")
        run.until("state", "running")
        run.until("state", "paused")
    run.control("resume")
    told = run.rest()
    assert told.outcome == "succeeded"
    losses = [data["points"] for data in told.data("metric") if data["name"] == "loss"]
    assert sum(len(points) for points in losses) == 40


def test_an_inspection_is_answered_by_its_id(runner: Runner) -> None:
    run = runner.start(_training(200))
    run.until("metric")
    run.control("inspect", id_="look-1")
    event = run.until("inspection")
    assert event.data["id"] == "look-1"
    assert "Linear" in str(event.data["modules"])
    run.stop()
    assert run.rest().outcome == "stopped"


def test_stop_ends_a_paused_run(runner: Runner) -> None:
    run = runner.start(_training(1000))
    run.until("metric")
    run.control("pause")
    run.until("state", "paused")
    run.stop()
    told = run.rest()
    assert (told.outcome, told.message) == ("stopped", "You stopped this run.")


def test_a_pause_that_nobody_asked_for_is_not_told_and_stops_no_clock(runner: Runner) -> None:
    told = runner.run(CLAIM + "claim('paused')\nimport time\ntime.sleep(5)", wall_s=1)
    assert told.outcome == "timed_out"
    assert [data["state"] for data in told.data("state")] == ["starting", "running"]
    assert told.exit is not None
    assert told.exit.paused_s == 0


def test_a_run_that_works_on_while_it_claims_to_be_paused_is_timed_out(runner: Runner) -> None:
    code = "import time\nprint('on', flush=True)\ntime.sleep(0.3)\nclaim('paused')\nwhile True: pass"
    run = runner.start(CLAIM + code, wall_s=4)
    run.until("stdout")
    run.control("pause")
    run.until("state", "paused")
    told = run.rest()
    assert told.outcome == "timed_out"
    assert told.exit is not None
    assert told.exit.cpu_s >= 2  # of the 4: all that came after its claim


def test_a_run_that_claims_to_rest_for_ever_is_timed_out_after_the_word_to_go_on(runner: Runner) -> None:
    run = runner.start(
        CLAIM + "print('on', flush=True)\nimport time\nwhile True:\n    claim('paused')\n    time.sleep(0.2)", wall_s=1
    )
    run.until("stdout")
    run.control("pause")
    run.until("state", "paused")
    run.control("resume")
    assert run.rest().outcome == "timed_out"


@pytest.mark.parametrize(
    "deaf", ["import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", "import time\ntime.sleep(60)"]
)
def test_a_run_that_does_not_listen_loses_its_controls_only(runner: Runner, deaf: str) -> None:
    run = runner.start(f"print('on', flush=True)\n{deaf}", wall_s=30)
    run.until("stdout")
    for number in range(6000):
        run.control("inspect", id_=f"{number}-{'x' * 80}", name="y" * 80)
    assert runner.survey().slots == 1
    run.stop()
    told = run.rest()
    assert told.outcome == "stopped"
    assert len(told.events) < 5000


def test_the_wire_of_a_process_that_stands_still_fills_and_is_told_of(runner: Runner) -> None:
    run = runner.start("print('on', flush=True)\nimport os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", wall_s=30)
    run.until("stdout")
    for number in range(6000):
        run.control("inspect", id_=f"{number}-{'x' * 80}", name="y" * 80)
    assert "This run does not listen" in run.until("notice").data["text"]
    run.stop()
    assert run.rest().outcome == "stopped"


def test_a_control_for_a_job_that_waits_for_its_slot_reaches_it_or_nobody(runner: Runner) -> None:
    busy = runner.start("print(1, flush=True)\nimport time; time.sleep(0.5)")
    busy.until("stdout")
    waiting = runner.start(_training(10))
    waiting.control("resume")
    assert busy.rest().outcome == "succeeded"
    assert waiting.rest().outcome == "succeeded"


def test_a_runner_says_what_it_is(runner: Runner) -> None:
    machine = runner.survey()
    assert (machine.slots, machine.worker, machine.refusal) == (1, "", "")
    assert machine.tier.startswith("T1")
