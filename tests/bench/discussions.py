"""What discussions cost with 1,000,000 posts, one thread of them of 50,000, and with a tenth of both.

Each figure comes with the ratio between the two, which should be 1, and with the queries that it takes.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import perf_counter

from kindling.embedded.addresses import name_database
from tests.bench.asking import Line
from tests.bench.discussions_corpus import Grown, forget_words, grow, write_words
from tests.person import Person
from tests.product import ROOT

POSTS, GREAT = 1_000_000, 50_000
TENTH = 10
ROUNDS, EACH = 25, 5

Figures = Iterator[tuple[str, float, str]]
Costs = dict[str, tuple[float, int]]


def measure(student: Person) -> Figures:
    """Medians of the quietest of some rounds: a busy neighbour can only add."""
    product = student.product
    address = name_database(product.data)
    write_words(address)
    few = cost(student, grow(address, posts=POSTS // TENTH, great=GREAT // TENTH))
    many = cost(student, grow(address, posts=POSTS - POSTS // TENTH, great=GREAT))
    forget_words(address)
    for name, (took_ms, queries) in many.items():
        yield f"{name}_ms", took_ms, "ms"
        yield f"{name}_tenth_ms", few[name][0], "ms"
        yield f"{name}_ratio", took_ms / few[name][0], "×"
        if queries:
            yield f"{name}_queries", queries, ""
            assert queries == few[name][1], f"{name} takes more queries on more data"


def cost(student: Person, grown: Grown) -> Costs:
    return ask_pages(student, grown) | ask_inside(student.product.data, grown)


def ask_inside(data: Path, grown: Grown) -> Costs:
    """The same without the web process: the loaders, the verb and their statements."""
    environment = {**os.environ, "KINDLING_DATA": str(data), "DJANGO_SETTINGS_MODULE": "kindling.settings"}
    environment["PYTHONPATH"] = str(ROOT / "platform")
    command = [sys.executable, "-m", "tests.bench.discussions_inside", *map(str, grown)]
    told = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return {name: (took_ms, queries) for name, (took_ms, queries) in json.loads(told.stdout).items()}


def ask_pages(student: Person, grown: Grown) -> Costs:
    """Whole requests of somebody logged in, in turn."""
    headers = {"Cookie": f"session={student.client.cookies['session']}"}
    lines = {name: Line(student.product.url + path, headers) for name, path in list_pages(student, grown).items()}
    took: Mapping[str, list[float]] = {name: [] for name in lines}
    for number in range(ROUNDS + 1):
        for name, line in lines.items():
            rounds = [clock(name, line) for _ in range(EACH)]
            if number:  # the first fills caches
                took[name].append(statistics.median(rounds))
    for line in lines.values():
        line.socket.close()
    return {name: (min(times), 0) for name, times in took.items()}


def list_pages(student: Person, grown: Grown) -> dict[str, str]:
    return {
        "http_floor": "health/",
        "http_thread_page": f"discussions/{grown.thread}/",
        "http_list_page": "courses/pytorch-essentials/introduction/discussion/",
    }


def clock(name: str, line: Line) -> float:
    begin = perf_counter()
    status = line.ask()
    assert status == 200, f"{name} answers {status}"
    return (perf_counter() - begin) * 1000
