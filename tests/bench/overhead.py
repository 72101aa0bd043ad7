"""What the sandbox and the watching cost a training: its CPU time in a run, by that in plain Python.

Each listing trains a little to get warm, then measures the CPU time of its own loop (of all its threads, ours among
them), so neither side counts its imports. The two take turns, and the middle one of the ratios is told: what else the
machine does meets both. Losses are compared too: they must be the same to the last bit.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.workers.runner.live import Runner, started

PAIRS = 15

_FRAME = """
import time
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
train({steps} // 10)
began = time.process_time()
loss = train({steps})
print(time.process_time() - began, loss)
"""

_LINEAR = """
x = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
y = 2 * x
model = nn.Linear(1, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
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

LISTINGS = {
    "overhead_linear": _FRAME.format(setup=_LINEAR, steps=5000),
    "overhead_cnn": _FRAME.format(setup=_CNN, steps=300),
}


def measure(pairs: int = PAIRS) -> Iterator[tuple[str, float, str]]:
    """With a runner of its own, of one slot."""
    with tempfile.TemporaryDirectory(prefix="kindling-bench-") as folder, started(Path(folder)) as runner:
        for name, code in LISTINGS.items():
            yield name, statistics.median(_ratio(runner, code, first=n % 2 == 0) for n in range(pairs)), "×"


def _ratio(runner: Runner, code: str, *, first: bool) -> float:
    """Who goes first changes from pair to pair: a machine that slows down would favour the one that does."""
    if first:
        sandboxed, plain = _sandboxed(runner, code), _plain(code)
    else:
        plain, sandboxed = _plain(code), _sandboxed(runner, code)
    assert sandboxed[1] == plain[1], "the sandbox changed what is calculated"
    return sandboxed[0] / plain[0]


def _sandboxed(runner: Runner, code: str) -> tuple[float, float]:
    told = runner.run(code)
    assert told.outcome == "succeeded", told.message
    return _read(told.text("stdout"))


def _plain(code: str) -> tuple[float, float]:
    return _read(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def _read(printed: str) -> tuple[float, float]:
    seconds, loss = printed.split()
    return float(seconds), float(loss)


if __name__ == "__main__":
    for name, value, unit in measure():
        print(f"{name} {value:.4g} {unit}", flush=True)
