"""What a machine that trains gives: how soon a run speaks, how many runs fit into a minute, what an idle slot costs."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.first_loss import read_listing
from tests.workers.runner.live import Runner, started

OUTPUTS = 40
BACK_TO_BACK_S = 20.0
PLAIN_RUNS = 3
REST_S = 0.4
"""Until the spare that a run used has been replaced."""


def measure() -> Iterator[tuple[str, float, str]]:
    """Against a runner of its own: no web, no queue."""
    with tempfile.TemporaryDirectory(prefix="kindling-bench-") as folder:
        with started(Path(folder)) as runner:
            outputs, floor = time_outputs(runner)
            yield "sandbox_first_output_ms", outputs, "ms"
            yield "sandbox_floor_ms", floor, "ms"
            yield from compare_throughput(runner)
            one = weigh(runner)
        with started(Path(folder), slots=3) as runner:
            yield "idle_slot_mb", (weigh(runner) - one) / 2, "MB"


def time_outputs(runner: Runner) -> tuple[float, float]:
    """Milliseconds from a job at the runner's socket to the first byte it printed; and to the answer to a mere question."""
    outputs, floors = [], []
    for _ in range(OUTPUTS):
        time.sleep(REST_S)
        begun = time.perf_counter()
        runner.survey()
        floors.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        conversation = runner.start("print('here')")
        conversation.until("stdout")
        outputs.append(time.perf_counter() - begun)
        conversation.rest()
    return statistics.median(outputs) * 1000, statistics.median(floors) * 1000


def compare_throughput(runner: Runner) -> Iterator[tuple[str, float, str]]:
    """Chapter 1's listing on one slot, one run after another; the same with plain Python."""
    code = read_listing()
    runs, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < BACK_TO_BACK_S:
        assert runner.run(code).outcome == "succeeded"
        runs += 1
    sandboxed = runs * 60 / (time.perf_counter() - begun)
    begun = time.perf_counter()
    for _ in range(PLAIN_RUNS):
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    plain = PLAIN_RUNS * 60 / (time.perf_counter() - begun)
    yield "runs_per_minute", sandboxed, "1/min"
    yield "runs_per_minute_plain", plain, "1/min"
    yield "runs_per_minute_ratio", sandboxed / plain, "×"


def weigh(runner: Runner) -> float:
    """MB of all processes that the runner has started, shared pages counted once."""
    runner.run("print('warm')")
    time.sleep(2 * REST_S)
    return sum(_pss(pid) for pid in runner.family()) / 1e6


def _pss(pid: int) -> int:
    """Bytes; none of a process that has just ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
