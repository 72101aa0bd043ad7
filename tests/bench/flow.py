"""How many bytes of events a second one run can tell without its training getting slower by more than a fiftieth.

A small CNN logs so many numbers a step through a `SummaryWriter`, in every second phase of a run. Phases are compared
with those beside them: the CPU time of their middle step in the training's own thread, and that of the other thread,
the pulse, until what was told has left. The numbers double from run to run until the training is too slow, or something
that was told is not taken.
"""

from __future__ import annotations

import itertools
import json
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.overhead import TRAININGS
from tests.workers.runner.live import Runner, Told, started
from workers.protocol import encode

MOST_SLOWDOWN = 1.02
MOST_NUMBERS = 1024
MISSES = 2
"""So often in a row it must be too slow, since a noisy machine says so once in a while."""

_LISTING = """
import json, time
import torch
from torch import nn
from torch.utils.tensorboard import SummaryWriter
torch.set_num_threads(1)
torch.manual_seed(0)
{setup}
board = SummaryWriter()
def train(steps, numbers):
    for step in range(steps):
        began = time.thread_time()
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        for number in range(numbers):
            board.add_scalar(f"told {{number % 40}}", step + number / 7)
        yield time.thread_time() - began
list(train(10, 1))
phases = []
for phase in range(17):
    began, others = time.perf_counter(), time.process_time() - time.thread_time()
    steps = sorted(train(25, {numbers} * (phase % 2)))
    took = time.perf_counter() - began
    time.sleep(0.12)  # until the pulse has told of it
    others = time.process_time() - time.thread_time() - others
    phases.append((took, steps[12] + others / 25))
print(json.dumps(phases))
"""


@dataclass(frozen=True, slots=True)
class Flow:
    """CPU time of a step that tells by that of a silent one, and the bytes it told in each second of training."""

    slowdown: float
    bytes_per_s: float
    complete: bool
    """Whether all that was told was taken."""


def measure() -> Iterator[tuple[str, float, str]]:
    """With a runner of its own; under a minute."""
    with tempfile.TemporaryDirectory(prefix="kindling-bench-") as folder, started(Path(folder)) as runner:
        best = _find_best(runner)
    yield "event_bytes_per_s", best.bytes_per_s, "B/s"
    yield "event_slowdown", best.slowdown, "×"


def _find_best(runner: Runner) -> Flow:
    best, misses, numbers = Flow(1.0, 0.0, complete=True), 0, 1
    while misses < MISSES and numbers <= MOST_NUMBERS:
        flow = tell(runner, numbers)
        if flow.complete and flow.slowdown <= MOST_SLOWDOWN:
            best, misses = flow, 0
        else:
            misses += 1
        numbers *= 2
    return best


def tell(runner: Runner, numbers: int) -> Flow:
    """A run that logs so many numbers a step."""
    told = runner.run(_LISTING.format(setup=TRAININGS["overhead_cnn"].setup, numbers=numbers))
    assert told.outcome == "succeeded", told.message
    phases = json.loads(told.text("stdout"))
    talking_s = sum(took for took, _ in phases[1::2])
    return Flow(_slowdown([cpu for _, cpu in phases]), _logged_bytes(told) / talking_s, _is_complete(told))


def _slowdown(cpu: list[float]) -> float:
    """The middle one: each phase that tells by the mean of the silent ones around it."""
    around = [(before + after) / 2 for before, after in itertools.pairwise(cpu[::2])]
    return statistics.median(telling / silent for telling, silent in zip(cpu[1::2], around, strict=True))


def _logged_bytes(told: Told) -> int:
    """As they came from the runner's socket."""
    return sum(len(encode(event)) for event in told.events if event.data.get("name", "").startswith("told "))


def _is_complete(told: Told) -> bool:
    return not any("Not everything" in notice["text"] for notice in told.data("notice"))


if __name__ == "__main__":
    for name, value, unit in measure():
        print(f"{name} {value:.4g} {unit}", flush=True)
