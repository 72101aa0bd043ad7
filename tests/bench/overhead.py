"""What the sandbox and the watching cost a training: its CPU time in a run, by that in plain Python.

Two figures make it up. What the training's own thread pays: both are alive at the same time, on the same core, and train
by turns in blocks of a few milliseconds, so what else the machine does, and how fast it is just then, meets both;
blocks are summed up over a third of a second, and the middle one of the ratios of these sums counts. And what the other
thread, the pulse, adds to that while the training goes on without a rest, its first 5,000 exact points among it: its share of
the CPU time of the same seconds. Losses are compared too: they must be the same to the last bit.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.workers.runner.live import Runner, started

SLOT_S = 0.02
"""One block and a rest; then it is the other's turn."""

GROUP = 8
"""Blocks of each that are summed up."""

STARTING_S = 8.0
"""Until both have trained without a rest, one after the other; plain Python, which imports torch, has most of it."""

HEAD_START_S = 5.0
STEADY = 300
"""Blocks that are trained without a rest."""

_FRAME = """
import json, os, time
os.sched_setaffinity(0, {{{core}}})
import torch
from torch import nn
torch.set_num_threads(1)  # a second one mostly waits, and its waiting counts as CPU time
torch.manual_seed(0)
{setup}
def train(steps):
    for step in range(steps):
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()
train({steps})
began, began_here = time.process_time(), time.thread_time()
loss = train({steady} * {steps})
took_here = time.thread_time() - began_here
others = time.process_time() - began - took_here
blocks = []
turn = {turn}
while turn < {turns}:
    time.sleep(max(0.0, {begin} + turn * {slot} - time.time()))
    began = time.thread_time()
    loss = train({steps})
    blocks.append((turn, time.thread_time() - began, loss))
    turn = max(turn + 2, int((time.time() - {begin}) / {slot} / 2 + 1) * 2 + {turn})  # a turn that has passed is lost
print(json.dumps([others / took_here, blocks]))
"""

_LINEAR = """
x = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
y = 2 * x
model = nn.Linear(1, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.0001)
"""

_CNN = """
x = torch.randn(32, 1, 28, 28)
y = torch.randint(10, (32,))
model = nn.Sequential(
    nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(400, 10),
)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
"""


@dataclass(frozen=True, slots=True)
class Training:
    """Something to train: so many steps a block, which takes less than a slot."""

    setup: str
    steps: int
    seconds: float

    def listing(self, *, turn: int, begin: float, core: int) -> str:
        """As the first or second of the two, from this time on."""
        turns = int(self.seconds / SLOT_S)
        return _FRAME.format(
            setup=self.setup,
            steps=self.steps,
            steady=STEADY,
            turns=turns,
            turn=turn,
            begin=begin,
            core=core,
            slot=SLOT_S,
        )


@dataclass(frozen=True, slots=True)
class Block:
    """Which turn it was, CPU seconds of the training's thread, and the last loss."""

    turn: int
    cpu_s: float
    loss: float


@dataclass(frozen=True, slots=True)
class Trained:
    """What a listing printed: what its other threads used, by what its own did; and its blocks."""

    others: float
    blocks: list[Block]


TRAININGS = {
    "overhead_linear": Training(setup=_LINEAR, steps=30, seconds=10),
    "overhead_cnn": Training(setup=_CNN, steps=2, seconds=7),
}


def measure() -> Iterator[tuple[str, float, str]]:
    """With a runner of its own, of one slot; 40 seconds in all."""
    with tempfile.TemporaryDirectory(prefix="kindling-bench-") as folder, started(Path(folder)) as runner:
        for name, training in TRAININGS.items():
            yield name, compare(runner, training), "×"


def compare(runner: Runner, training: Training) -> float:
    """CPU time in the sandbox by CPU time outside."""
    core = max(os.sched_getaffinity(0))
    begin = time.time() + STARTING_S
    command = [sys.executable, "-c", training.listing(turn=0, begin=begin, core=core)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        time.sleep(HEAD_START_S)
        told = runner.run(training.listing(turn=1, begin=begin, core=core))
        printed, _ = process.communicate()
    assert told.outcome == "succeeded", told.message
    plain, sandboxed = _read(printed), _read(told.text("stdout"))
    same = [one.loss == other.loss for one, other in zip(plain.blocks, sandboxed.blocks, strict=False)]
    assert all(same), "the sandbox changed the losses"
    return own_ratio(plain, sandboxed) * (1 + sandboxed.others) / (1 + plain.others)


def own_ratio(plain: Trained, sandboxed: Trained) -> float:
    """Of the training's own threads: the middle one of the groups of blocks that both have."""
    before, after = _costs(plain.blocks), _costs(sandboxed.blocks)
    shared = before.keys() & after.keys()
    assert shared, "the machine is too busy for the two to take turns: measure again when it is idle"
    return statistics.median(after[group] / before[group] for group in shared)


def _costs(blocks: list[Block]) -> dict[int, float]:
    """CPU seconds of a block in each group of which a quarter was not lost."""
    groups: dict[int, list[float]] = {}
    for block in blocks:
        groups.setdefault(block.turn // (2 * GROUP), []).append(block.cpu_s)
    return {group: statistics.fmean(costs) for group, costs in groups.items() if 4 * len(costs) >= GROUP}


def _read(printed: str) -> Trained:
    others, blocks = json.loads(printed)
    return Trained(others, [Block(*block) for block in blocks])


if __name__ == "__main__":
    for name, value, unit in measure():
        print(f"{name} {value:.4g} {unit}", flush=True)
