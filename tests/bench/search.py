"""How long a search takes on a large site, and what an empty view and a single row take there."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import psycopg

from kindling.embedded.addresses import name_database
from tests.bench.search_corpus import fill, make_vocabulary
from tests.person import Person

ROLES = ("student", "moderator", "editor", "admin")  # each may search so often a minute
ROUNDS = 60
EMPTY = "health/"
ROW = "SELECT title FROM courses_passage WHERE id = %s"


def measure(student: Person) -> Iterator[tuple[str, float, str]]:
    """Whole requests, one after the other, of the kinds that people make; each query is made once."""
    vocabulary = make_vocabulary()
    address = name_database(student.product.data)
    fill(address, vocabulary)
    people = [student, *(Person(student.product, role) for role in ROLES[1:])]
    took: dict[str, list[float]] = {}
    for number in range(ROUNDS):
        for kind, query in list_queries(vocabulary, number).items():
            took.setdefault(kind, []).append(search(people[number % len(people)], kind, query))
    every = [each for times in took.values() for each in times]
    yield "search_p95_ms", find_p95(every), "ms"
    yield "search_median_ms", statistics.median(every), "ms"
    for kind, times in took.items():
        yield f"search_{kind}_p95_ms", find_p95(times), "ms"
    yield "search_view_floor_ms", find_p95([clock(lambda: student.client.get(EMPTY)) for _ in range(200)]), "ms"
    with psycopg.connect(address) as database:
        rows = [clock(partial(read_row, database, key)) for key in range(1, 200)]
    yield "search_row_floor_ms", find_p95(rows), "ms"


def list_queries(vocabulary: Sequence[str], number: int) -> dict[str, str]:
    """One query of each kind; `number` leads from the usual words to the rare ones."""
    usual = vocabulary[1 + number]
    rare = vocabulary[(number + 3) * 61 % len(vocabulary)]
    return {
        "word": rare,
        "two": f"{usual} {rare}",
        "phrase": f'"{vocabulary[number % 7]} {vocabulary[number % 5]}"',
        "prefix": rare[:4],
        "misspelt": f"{rare[:2]}{rare[3:5]}{rare[2]}{rare[5:]}x",
        "common": f"loss -{rare}" if number % 2 else f"loss {usual}",
        "alone": usual,
        "nothing": f"qzx{number}vvk {usual}",
    }


def search(person: Person, kind: str, query: str) -> float:
    path = "search/suggestions.json" if kind == "prefix" else "search/"

    def ask() -> None:
        answer = person.client.get(path, params={"q": query})
        assert answer.status_code == 200, (query, answer.status_code)

    return clock(ask)


def read_row(database: psycopg.Connection, key: int) -> None:
    database.execute(ROW, [key]).fetchone()


def clock(act: Callable[[], object]) -> float:
    """Milliseconds."""
    begin = time.perf_counter()
    act()
    return (time.perf_counter() - begin) * 1000


def find_p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]
