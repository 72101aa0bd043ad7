"""A run is paused, goes on, and takes single steps; what it calculates stays the same to the last bit."""

from __future__ import annotations

from pathlib import Path

from tests.workers.harness.driven import Harness
from tests.workers.runner.live import Runner

TRAINING = """
import time, torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(64, 3)
data = torch.utils.data.TensorDataset(x, x.sum(1, keepdim=True))
loader = torch.utils.data.DataLoader(data, batch_size=16, shuffle=True)
model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(40):
    for xb, yb in loader:
        loss = nn.functional.mse_loss(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        time.sleep(0.002)
print(loss.item(), [p.sum().item() for p in model.parameters()], torch.rand(1).item())
"""


def test_a_run_that_was_paused_stepped_and_looked_into_ends_as_one_that_was_not(harness: Harness) -> None:
    undisturbed = harness.start(TRAINING).rest()
    run = harness.start(TRAINING)
    run.until("metric")
    for _ in range(3):
        run.ask("pause")
        run.until("paused")
        assert run.look("modules")["modules"]
        assert run.look("tensor", "model.0.weight")["tensors"]
        run.ask("step")
        run.until("paused")
        assert run.look("activations", "model.2")["tensors"]
        run.until("paused")
        run.ask("resume")
        run.until("resumed")
        assert run.look("activations", "model")["tensors"]
    assert run.rest() == undisturbed


def test_nothing_moves_while_paused(harness: Harness) -> None:
    run = harness.start(TRAINING)
    run.until("metric")
    run.ask("pause")
    run.until("paused")
    run.silence(0.3)
    told = len(run.told)
    assert run.silence(0.5) == []
    assert len(run.told) == told
    run.ask("resume")
    run.until("resumed")
    run.until("metric")
    run.rest()


def test_a_step_is_one_step(harness: Harness) -> None:
    run = harness.start(TRAINING)
    run.until("metric")
    run.ask("pause")
    run.until("paused")
    before = run.data("progress")[-1]["step"]
    for taken in range(1, 4):
        run.ask("step")
        run.until("resumed")
        run.until("paused")
        assert run.data("progress")[-1]["step"] == before + taken
    run.ask("resume")
    run.rest()


def test_a_loop_without_an_optimiser_pauses_before_a_backward_pass(harness: Harness) -> None:
    code = """
import time, torch
w = torch.zeros(1, requires_grad=True)
for step in range(200):
    loss = ((w - 3) ** 2).sum()
    loss.backward()
    with torch.no_grad():
        w -= 0.01 * w.grad
        w.grad = None
    time.sleep(0.005)
"""
    run = harness.start(code)
    run.until("metric")
    run.ask("pause")
    run.until("paused")
    last = run.points("loss")[-1][0]
    run.ask("step")
    run.until("resumed")
    run.until("paused")
    assert run.points("loss")[-1][0] == last + 1
    run.ask("resume")
    run.rest()


def test_code_that_does_not_train_pauses_between_two_lines(harness: Harness) -> None:
    code = """
import time
end = time.process_time() + 3
n = 0
while time.process_time() < end:
    n += 1
print("through")
"""
    run = harness.start(code)
    run.until("started")
    run.ask("pause")
    run.until("paused")
    assert run.silence(1.0) == []
    run.ask("resume")
    run.until("resumed")
    assert run.rest() == "through\n"


def test_a_sleep_is_paused_and_is_not_cut_short(harness: Harness) -> None:
    run = harness.start("import time\nt = time.monotonic()\ntime.sleep(4)\nprint(time.monotonic() - t >= 4)")
    run.until("started")
    run.ask("pause")
    run.until("paused", seconds=3)
    run.ask("resume")
    run.until("resumed")
    assert run.rest() == "True\n"


def test_waiting_uses_no_processor(harness: Harness) -> None:
    run = harness.start(TRAINING)
    run.until("metric")
    run.ask("pause")
    run.until("paused")
    before = _ticks(run.process)
    run.silence(2)
    assert _ticks(run.process) - before <= 10, "hundredths of a second, in two seconds"
    run.ask("resume")
    run.rest()


def test_handlers_of_the_student_s_still_work_in_a_pause(harness: Harness) -> None:
    code = """
import signal, time
rung = []
signal.signal(signal.SIGALRM, lambda *_: rung.append(time.monotonic()))
signal.setitimer(signal.ITIMER_REAL, 1.5)
while not rung:
    sum(range(1000))
end = time.monotonic() + 2
while time.monotonic() < end:
    sum(range(1000))
print(len(rung))
"""
    run = harness.start(code)
    run.until("started")
    run.ask("pause")
    run.until("paused")
    run.silence(1.5)
    run.ask("resume")
    assert run.rest() == "1\n"


def test_workers_of_a_data_loader_outlive_a_pause(harness: Harness) -> None:
    code = TRAINING.replace("shuffle=True)", "shuffle=True, num_workers=2)").replace("range(40)", "range(4)")
    undisturbed = harness.start(code).rest()
    run = harness.start(code)
    run.until("metric")
    run.ask("pause")
    run.until("paused")
    run.silence(0.3)
    run.ask("resume")
    assert run.rest() == undisturbed


def test_training_in_a_thread_waits_too(harness: Harness) -> None:
    longer = TRAINING.replace("range(40)", "range(120)").replace("sleep(0.002)", "sleep(0.012)")  # a pause takes 1 s
    code = "import threading\ndef train():\n" + "".join(f"    {line}\n" for line in longer.splitlines())
    run = harness.start(code + "thread = threading.Thread(target=train)\nthread.start()\nthread.join()\n")
    run.until("metric")
    run.ask("pause")
    run.until("paused")
    run.silence(0.2)
    assert run.silence(0.5) == []
    run.ask("resume")
    run.until("resumed")
    run.until("metric")
    run.rest()


def test_a_run_that_is_resumed_without_a_pause_says_so(harness: Harness) -> None:
    run = harness.start(TRAINING)
    run.until("metric")
    run.ask("resume")
    run.until("resumed")
    run.rest()


def test_lines_that_are_no_controls_are_passed_over(harness: Harness) -> None:
    run = harness.start(TRAINING)
    run.until("metric")
    run.say(b'nonsense\n{"kind": "stop", "run": "x"}\n\n')
    run.ask("pause")
    run.until("paused")
    run.ask("resume")
    run.rest()


def test_the_student_s_threads_are_the_student_s_own(harness: Harness) -> None:
    run = harness.start(
        "import threading\nprint(threading.active_count(), threading.enumerate() == [threading.main_thread()])"
    )
    assert run.rest() == "1 True\n"


def test_a_sandboxed_run_pauses_and_goes_on(runner: Runner) -> None:
    plain = runner.run(TRAINING)
    conversation = runner.start(TRAINING)
    conversation.until("metric")
    conversation.control("pause")
    conversation.until("state", "paused")
    conversation.control("inspect", of="tensor", name="model.0.bias")
    assert conversation.until("inspection", "model.0.bias").data["tensors"][0]["shape"] == [8]
    conversation.control("resume")
    conversation.until("state", "running")
    told = conversation.rest()
    assert told.outcome == "succeeded"
    assert told.text() == plain.text()


def _ticks(process: int) -> int:
    """Hundredths of a second of processor time."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
