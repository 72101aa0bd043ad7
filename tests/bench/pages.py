"""What a chapter page costs, beside an empty view and beside nginx; on a small site and on a crowded one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from kindling.embedded.addresses import name_database
from tests.bench import crowd
from tests.bench.asking import Line, count_per_second
from tests.bench.page_floors import running_floor, running_nginx
from tests.person import Person
from tests.product import ROOT, list_children

CHAPTER = "courses/pytorch-essentials/introduction/"
ROUNDS = 15
AT_ONCE = 300  # requests a round
AS_BROWSERS = {"Accept-Encoding": "gzip, deflate, br, zstd"}
FEW = 30  # of pages that cost many times as much


@dataclass(frozen=True)
class Case:
    """An address as somebody asks for it, and what was measured of it, a round each."""

    url: str
    pid: int
    headers: Mapping[str, str] = field(default_factory=dict)
    at_once: int = AT_ONCE
    cpu_us: list[float] = field(default_factory=list)
    wall_us: list[float] = field(default_factory=list)

    def run(self) -> None:
        with Line(self.url, self.headers) as line:
            assert line.ask() == 200
            cpu, started = read_cpu_us(self.pid), perf_counter()
            for _ in range(self.at_once):
                line.ask()
            self.wall_us.append((perf_counter() - started) * 1e6 / self.at_once)
            self.cpu_us.append((read_cpu_us(self.pid) - cpu) / self.at_once)

    @property
    def cpu(self) -> float:
        """Of the round that was disturbed least: a busy neighbour can only add."""
        return min(self.cpu_us)

    @property
    def wall(self) -> float:
        return min(self.wall_us)


def measure(student: Person) -> Iterator[tuple[str, float, str]]:
    """CPU of granian and its worker per request, everything in turn, the cheapest round of each.

    `page` is a signed-in student's, `page_visitor` that of somebody without a session, the floor an empty Django view with
    session middleware, `page_health` the same with all middleware of the site.
    """
    product, signed_in = student.product, AS_BROWSERS | {"Cookie": f"session={student.client.cookies['session']}"}
    with running_floor() as (empty, floor_pid):
        cases = {
            "page": Case(product.url + CHAPTER, product.pids["web"], signed_in),
            "page_visitor": Case(product.url + CHAPTER, product.pids["web"], AS_BROWSERS),
            "page_visitor_plain": Case(product.url + CHAPTER, product.pids["web"]),
            "page_home": Case(product.url, product.pids["web"], signed_in, FEW),
            "page_health": Case(product.url + "health/", product.pids["web"]),
            "page_floor": Case(empty, floor_pid, AS_BROWSERS),
        }
        take_turns(cases)
        yield from tell(cases)
        yield from measure_rates(student, signed_in)
        yield "publish_ms", publish(product.data), "ms"
        before = cases["page"], cases["page_floor"]
        yield from measure_crowd(student, signed_in, *before)


def take_turns(cases: Mapping[str, Case]) -> None:
    for each in range(ROUNDS + 1):
        for case in cases.values():
            case.run()
            if not each:  # the first round fills caches
                case.cpu_us.clear()
                case.wall_us.clear()


def tell(cases: Mapping[str, Case], suffix: str = "") -> Iterator[tuple[str, float, str]]:
    floor = cases["page_floor"].cpu
    for name, case in cases.items():
        yield f"{name}{suffix}_cpu_us", case.cpu, "µs"
        if case is not cases["page_floor"]:
            yield f"{name}{suffix}_ratio", case.cpu / floor, "×"


def measure_rates(student: Person, signed_in: Mapping[str, str]) -> Iterator[tuple[str, float, str]]:
    """Answers a second, and those of one nginx worker that serves the same bytes to the same asker from a file."""
    url = student.product.url + CHAPTER
    with (
        tempfile.TemporaryDirectory(prefix="kindling-nginx-") as folder,
        running_nginx(Path(folder), student.client.get(CHAPTER).content) as file,
    ):
        yield "page_rps", count_per_second(url, signed_in), "/s"
        yield "page_visitor_rps", count_per_second(url, {}), "/s"
        yield "page_nginx_rps", count_per_second(file, {}), "/s"


def publish(data: Path) -> float:
    environment = {**os.environ, "KINDLING_DATA": str(data), "DJANGO_SETTINGS_MODULE": "kindling.settings"}
    command = [sys.executable, "-m", "tests.bench.publishing"]
    environment["PYTHONPATH"] = str(ROOT / "platform")
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return float(told.stdout)


def measure_crowd(
    student: Person, signed_in: Mapping[str, str], before: Case, floor: Case
) -> Iterator[tuple[str, float, str]]:
    """The same student's page, and that of a chapter among many, with a thousand chapters and a million rows of progress."""
    product = student.product
    chapters, rows = crowd.gather(name_database(product.data))
    yield "crowd_chapters", chapters, ""
    yield "crowd_rows", rows, ""
    cases = {
        "page": Case(before.url, before.pid, signed_in),
        "page_among_many": Case(f"{product.url}courses/course-20/chapter-13/", before.pid, signed_in),
        "page_home": Case(product.url, before.pid, signed_in, FEW),
        "page_course": Case(f"{product.url}courses/course-20/", before.pid, signed_in, FEW),
        "page_floor": Case(floor.url, floor.pid, AS_BROWSERS),
    }
    take_turns(cases)
    yield from tell(cases, "_crowded")
    yield "page_ms", before.wall / 1000, "ms"
    yield "page_crowded_ms", cases["page"].wall / 1000, "ms"


def read_cpu_us(pid: int) -> float:
    """User and system time of the process and its children, as the scheduler counts it: in ns, where `stat` has ticks."""
    threads = (task for each in (pid, *list_children(pid)) for task in Path(f"/proc/{each}/task").iterdir())
    return sum(int((task / "schedstat").read_text().split()[0]) for task in threads) / 1000
