"""What a page costs the web process, and what an empty view costs it."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator
from pathlib import Path

from tests.person import Person
from tests.product import list_children

CHAPTER = "courses/pytorch-essentials/introduction/"
EMPTY = "health/"
ROUNDS = 5
PER_ROUND = {CHAPTER: 150, EMPTY: 600}


def measure(student: Person) -> Iterator[tuple[str, float, str]]:
    """CPU of granian and its worker per request, the two addresses in turn; the median of the rounds."""
    costs: dict[str, list[float]] = {CHAPTER: [], EMPTY: []}
    for path in costs:
        measure_round(student, path)  # the first round fills caches
    for _ in range(ROUNDS):
        for path, found in costs.items():
            found.append(measure_round(student, path))
    page, floor = statistics.median(costs[CHAPTER]), statistics.median(costs[EMPTY])
    yield "page_cpu_us", page, "µs"
    yield "page_floor_cpu_us", floor, "µs"
    yield "page_ratio", page / floor, "×"


def measure_round(student: Person, path: str) -> float:
    """Microseconds of CPU per request."""
    before = read_cpu_us(student.product.pids["web"])
    for _ in range(PER_ROUND[path]):
        assert student.client.get(path).status_code == 200
    return (read_cpu_us(student.product.pids["web"]) - before) / PER_ROUND[path]


def read_cpu_us(pid: int) -> float:
    """User and system time of the process and its children."""
    ticks = 0
    for each in (pid, *list_children(pid)):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK") * 1e6
