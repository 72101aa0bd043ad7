"""What discussions cost with 1,000,000 posts, one thread of them of 50,000, and with a tenth of both.

Each figure comes with the ratio between the two, which should be 1, and with the queries that it takes.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from itertools import cycle
from pathlib import Path
from time import perf_counter
from urllib.parse import quote

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
    command = [
        sys.executable,
        "-m",
        "tests.bench.discussions_inside",
        str(grown.thread),
        str(grown.chapter),
        grown.deep,
    ]
    told = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return {name: (took_ms, queries) for name, (took_ms, queries) in json.loads(told.stdout).items()}


def ask_pages(student: Person, grown: Grown) -> Costs:
    """Whole requests of people who are logged in, in turn."""
    with ExitStack() as stack:
        acts = list_requests(student, stack.enter_context(Person(student.product, "moderator")), grown, stack)
        took: Mapping[str, list[float]] = {name: [] for name in acts}
        for number in range(ROUNDS + 1):
            for name, act in acts.items():
                rounds = [clock(act) for _ in range(EACH)]
                if number:  # the first fills caches
                    took[name].append(statistics.median(rounds))
    return {name: (min(times), 0) for name, times in took.items()}


def list_requests(student: Person, moderator: Person, grown: Grown, stack: ExitStack) -> dict[str, Callable[[], None]]:
    thread = f"discussions/{grown.thread}/"
    pages = {
        "http_floor": (student, "health/"),
        "http_thread_page": (student, thread),
        "http_thread_page_deep": (student, f"{thread}?order=top&after={quote(grown.deep)}"),
        "http_list_page": (student, "courses/pytorch-essentials/introduction/discussion/"),
        "http_queue_page": (moderator, "moderation/"),
    }
    asked = {name: partial(ask, name, open_line(person, path, stack)) for name, (person, path) in pages.items()}
    values = cycle(("1", "-1"))
    return asked | {"http_vote": lambda: vote(student, f"{thread}posts/{grown.reply}/vote/", next(values))}


def open_line(person: Person, path: str, stack: ExitStack) -> Line:
    headers = {"Cookie": f"session={person.client.cookies['session']}"}
    return stack.enter_context(Line(person.product.url + path, headers))


def ask(name: str, line: Line) -> None:
    status = line.ask()
    assert status == 200, f"{name} answers {status}"


def vote(student: Person, path: str, value: str) -> None:
    headers = student.headers | {"Accept": "application/json"}
    answer = student.client.post(path, data={"value": value}, headers=headers)
    assert answer.status_code in (200, 302), answer.text


def clock(act: Callable[[], None]) -> float:
    begin = perf_counter()
    act()
    return (perf_counter() - begin) * 1000
