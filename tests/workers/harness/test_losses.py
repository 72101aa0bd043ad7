"""What is captured of training, without a change to the code."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from tests.workers.runner.live import Runner

LINEAR = """
import torch
from torch import nn
torch.manual_seed(0)
x = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
y = 2 * x
model = nn.Linear(1, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
seen = []
for epoch in range(500):
    loss = loss_fn(model(x), y)
    optimizer.zero_grad()
    {backward}
    optimizer.step()
    seen.append(loss.item())
print(seen)
"""


@pytest.mark.parametrize(
    "backward", ["loss.backward()", "torch.autograd.backward(loss)", "torch.autograd.backward([loss])"]
)
def test_every_loss_is_captured_as_it_was(runner: Runner, backward: str) -> None:
    told = runner.run(LINEAR.format(backward=backward))
    assert told.outcome == "succeeded"
    seen = [float(text) for text in told.text().strip("[]\n").split(",")]
    assert [step for step, _ in told.losses] == list(range(1, 501))
    assert [value for _, value in told.losses] == seen


def test_losses_are_those_of_plain_python(runner: Runner) -> None:
    code = LINEAR.format(backward="loss.backward()")
    plain = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert runner.run(code).text() == plain.stdout


def test_progress_ends_at_the_total_that_the_loop_says(runner: Runner) -> None:
    told = runner.run(LINEAR.format(backward="loss.backward()"))
    assert told.data("progress")[-1]["step"] == 500
    assert {data["total"] for data in told.data("progress")} == {500}
    assert all(data["rate"] > 0 for data in told.data("progress"))


def test_the_first_loss_is_sent_at_once_and_the_rest_in_batches(runner: Runner) -> None:
    told = runner.run(LINEAR.format(backward="loss.backward(); import time; time.sleep(0.001)"))
    metrics = [event for event in told.events if event.data.get("name") == "loss"]
    assert len(metrics[0].data["points"]) == 1
    assert metrics[0].at < 0.5
    seconds = metrics[-1].at - metrics[0].at
    assert len(metrics) <= 3 + seconds * 21


def test_a_slow_step_shows_without_waiting_for_the_next(runner: Runner) -> None:
    code = """
import time, torch
w = torch.ones(1, requires_grad=True)
(2 * w).sum().backward()
(3 * w).sum().backward()
time.sleep(0.4)
print("slept")
"""
    types = [event.type for event in runner.run(code).events]
    assert types.index("stdout") > max(n for n, type_ in enumerate(types) if type_ == "metric")


def test_losses_that_are_no_numbers_are_told_as_text(runner: Runner) -> None:
    code = """
import torch
w = torch.ones(1, requires_grad=True)
for scale in (1.0, float("nan"), float("inf"), float("-inf")):
    (scale * w).sum().backward()
"""
    assert runner.run(code).losses == [[1, 1.0], [2, "NaN"], [3, "Infinity"], [4, "-Infinity"]]


def test_only_a_single_number_is_a_loss(runner: Runner) -> None:
    code = """
import torch
w = torch.ones(3, requires_grad=True)
w.backward(torch.ones(3))
torch.autograd.backward([w.sum(), w.sum()])
(w.sum() * 4).backward()
"""
    assert runner.run(code).losses == [[3, 12.0]]


def test_a_very_long_training_is_thinned_and_keeps_its_end(runner: Runner) -> None:
    code = """
import torch
w = torch.ones(1, requires_grad=True)
for step in range(60_000):
    (w * step).sum().backward()
"""
    told = runner.run(code)
    assert told.outcome == "succeeded"
    assert told.losses[:1000] == [[n + 1, float(n)] for n in range(1000)]
    assert told.losses[-1] == [60_000, 59_999.0]
    assert len(told.losses) < 30_000
    assert told.data("progress")[-1] == {**told.data("progress")[-1], "step": 60_000, "total": 60_000}


def test_training_in_a_forked_child_is_not_mixed_in(runner: Runner) -> None:
    code = """
import os, torch
w = torch.ones(1, requires_grad=True)
(w * 1).sum().backward()
if os.fork() == 0:
    (w * 5).sum().backward()
    os._exit(0)
os.wait()
(w * 2).sum().backward()
"""
    assert [value for _, value in runner.run(code).losses] == [1.0, 2.0]


def test_training_by_hand_counts_backward_passes(runner: Runner) -> None:
    code = """
import torch
w = torch.ones(1, requires_grad=True)
for step in range(30):
    loss = (w * 2 - 1).pow(2).sum()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        w.grad = None
"""
    last = runner.run(code).data("progress")[-1]
    assert (last["step"], last["total"]) == (30, 30)


def test_each_run_draws_its_own_random_numbers(runner: Runner) -> None:
    code = "import random, numpy, torch\nprint(random.random(), numpy.random.rand(), torch.rand(1).item())"
    first, second = (runner.run(code).text().split() for _ in range(2))
    assert not set(first) & set(second)
    assert all(math.isfinite(float(number)) for number in first + second)
