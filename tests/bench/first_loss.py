"""How long a student waits for the first loss, and how long plain Python takes on the same listing."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.person import Person

SOURCE = "apps/courses/content/pytorch-essentials/01-introduction/chapter.md"
PROJECT = "pytorch-essentials/introduction/first-prediction"
RUNS = 30
PLAIN_RUNS = 5
PAUSE_S = 2.1
"""Between two runs, as a person pauses: spares are refilled, and a minute sees fewer than the 30 starts allowed."""


def measure(student: Person) -> Iterator[tuple[str, float, str]]:
    code = read_listing()
    for _ in range(3):  # the first runs warm the connections
        time_run(student, code)
    sandboxed = statistics.median(time_run(student, code) for _ in range(RUNS))
    plain = statistics.median(time_plain(code) for _ in range(PLAIN_RUNS))
    yield "first_loss_ms", sandboxed, "ms"
    yield "first_loss_plain_ms", plain, "ms"
    yield "first_loss_ratio", sandboxed / plain, "×"


def read_listing() -> str:
    """The code of chapter 1's mini project, as it stands in the text."""
    project = Path(SOURCE).read_text().split("::: project first-prediction")[1]
    return project.split("```python\n")[1].split("```")[0]


def time_run(student: Person, code: str) -> float:
    """Milliseconds from the POST to the first loss at a live-stream client. Waits for the run's end."""
    begun = time.perf_counter()
    run = student.start(code, PROJECT)
    took = 0.0
    for heard in student.follow(run):
        if heard.type == "metric" and not took:
            took = (time.perf_counter() - begun) * 1000
    assert took, "the run showed no loss"
    time.sleep(PAUSE_S)
    return took


def time_plain(code: str) -> float:
    """Milliseconds from the start of `python` to the first loss of the same listing, printed as it is known."""
    shown = code.replace("    loss.backward()", "    print('loss', loss.item(), flush=True)\n    loss.backward()", 1)
    assert shown != code, json.dumps(code)
    begun = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", shown], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        next(line for line in process.stdout if line.startswith("loss"))
        took = (time.perf_counter() - begun) * 1000
        process.stdout.read()
    return took
