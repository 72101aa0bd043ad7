"""What discussions cost with 1,000,000 posts, one thread of them of 50,000, and with a tenth of both.

Both are asked in turn, the tenth by a web process and in a database of its own. Judged is CPU time, of the web process and
of Postgres: a busy neighbour costs time by the clock, and little of that.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from time import perf_counter
from typing import NamedTuple
from urllib.parse import quote, urlencode

from kindling.embedded.addresses import name_database
from tests.bench.asking import Line
from tests.bench.discussions_corpus import Grown, forget_words, grow, write_words
from tests.bench.twins import Clock, copy_database, list_backends, list_family, read_environment, running_twin
from tests.person import Person
from tests.product import ROOT

POSTS, GREAT = 1_000_000, 50_000
TENTH = 10
ROUNDS, EACH = 25, 6
LIST = "courses/pytorch-essentials/introduction/discussion/"

Figures = Iterator[tuple[str, float, str]]


class Page(NamedTuple):
    """An address as somebody asks for it; with `values`, each of them is posted in turn as the value of a vote."""

    role: str
    path: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Side:
    """One of the two sizes: who serves it, and what has been written."""

    url: str
    web: int
    address: str
    grown: Grown

    def list_pages(self) -> dict[str, Page]:
        thread = f"discussions/{self.grown.thread}/"
        return {
            "health": Page("student", "health/"),
            "thread_page": Page("student", thread),
            "thread_page_deep": Page("student", f"{thread}?order=top&after={quote(self.grown.deep)}"),
            "list_page": Page("student", LIST),
            "queue_page": Page("moderator", "moderation/"),
            "queue_page_deep": Page("moderator", f"moderation/?after={quote(self.grown.queue)}"),
            "vote": Page("student", f"{thread}posts/{self.grown.reply}/vote/", ("1", "-1")),
        }


@dataclass(frozen=True)
class Case:
    """One page of one size, and what each round of asking took: by the clock, of the web process, of Postgres, in ms."""

    name: str
    lines: list[Callable[[], Line]]
    """What opens connections, each for one of the requests that take turns: the server ends those that rest for long."""
    side: Side
    wall: list[float] = field(default_factory=list)
    web: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)

    def run(self) -> None:
        with ExitStack() as stack:
            lines = cycle([stack.enter_context(line()) for line in self.lines])
            clocks = Clock(list_family(self.side.web)), Clock(list_backends(self.side.address))
            begun = perf_counter()
            for line in islice(lines, EACH):
                status = line.ask()
                assert status == 200, f"{self.name} answers {status}"
            self.wall.append((perf_counter() - begun) * 1000 / EACH)
            self.web.append(clocks[0].read_ms() / EACH)
            self.database.append(clocks[1].read_ms() / EACH)

    def forget(self) -> None:
        for took in (self.wall, self.web, self.database):
            took.clear()


def measure(student: Person) -> Figures:
    """The cheapest of some rounds of each: a busy neighbour can only add. Some five minutes, most of them for the posts."""
    product = student.product
    address = name_database(product.data)
    with ExitStack() as stack:
        people = {"student": student, "moderator": stack.enter_context(Person(product, "moderator"))}
        write_words(address)
        small = grow(address, posts=POSTS // TENTH, great=GREAT // TENTH)
        copied = copy_database(address, "tenth")  # with the sessions of these people
        large = grow(address, posts=POSTS - POSTS // TENTH, great=GREAT)
        forget_words(address)
        url, pid = stack.enter_context(running_twin(product.pids["web"], {"DATABASE_URL": copied}))
        sides = Side(url, pid, copied, small), Side(product.url, product.pids["web"], address, large)
        yield from compare(people, *sides)


def compare(people: Mapping[str, Person], tenth: Side, whole: Side) -> Figures:
    cases = {
        name: tuple(
            Case(name, list_lines(people, side, page), side) for side, page in zip((tenth, whole), pages, strict=True)
        )
        for name, pages in pair(tenth.list_pages(), whole.list_pages())
    }
    queries = [count_queries(people, side) for side in (tenth, whole)]
    take_turns(list(cases.values()))
    for name, (few, many) in cases.items():
        yield f"{name}_ms", min(many.wall), "ms"
        yield f"{name}_tenth_ms", min(few.wall), "ms"
        yield f"{name}_web_cpu_ms", min(many.web), "ms"
        yield f"{name}_postgres_cpu_ms", min(many.database), "ms"
        yield f"{name}_postgres_tenth_cpu_ms", min(few.database), "ms"
        yield f"{name}_ratio", add(many) / add(few), "×"
        yield f"{name}_queries", queries[1][name], ""
        assert queries[0][name] == queries[1][name], f"{name} takes more queries on more data"


def pair(few: Mapping[str, Page], many: Mapping[str, Page]) -> Iterator[tuple[str, tuple[Page, Page]]]:
    return ((name, (few[name], many[name])) for name in few)


def add(case: Case) -> float:
    """Of both processes together, the cheapest round of each."""
    return min(case.web) + min(case.database)


def take_turns(cases: list[tuple[Case, ...]]) -> None:
    """Both sizes of a page one after the other, now the one first and now the other; the first round fills caches."""
    for number in range(ROUNDS + 1):
        for both in cases:
            for case in both[:: -1 if number % 2 else 1]:
                case.run()
                if not number:
                    case.forget()


def list_lines(people: Mapping[str, Person], side: Side, page: Page) -> list[Callable[[], Line]]:
    person = people[page.role]
    cookies = "; ".join(f"{name}={value}" for name, value in person.client.cookies.items())
    headers = {"Cookie": cookies, "Accept": "application/json" if page.values else "text/html", **person.headers}
    bodies = [urlencode({"value": value}) for value in page.values] or [""]
    return [partial(Line, side.url + page.path, headers, body=body) for body in bodies]


def count_queries(people: Mapping[str, Person], side: Side) -> dict[str, int]:
    """Of whole requests, in a process with the environment of the web process."""
    logins = {role: person.product.logins[role].email for role, person in people.items()}
    pages = {name: (logins[page.role], page.path, page.values) for name, page in side.list_pages().items()}
    environment = read_environment(side.web) | {"DJANGO_SETTINGS_MODULE": "kindling.settings"}
    environment["PYTHONPATH"] = str(ROOT / "platform")
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench.discussions_queries"],
        cwd=ROOT,
        env=environment,
        input=json.dumps(pages),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return {name: int(count) for name, count in json.loads(told.stdout).items()}
