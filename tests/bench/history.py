"""How long the page of a run with 100,000 events takes from a reload to its last event drawn, and an empty run's page."""

from __future__ import annotations

import statistics
import uuid
import zlib
from collections.abc import Iterator

import psycopg
from playwright.sync_api import Page

from kindling.embedded.addresses import name_database
from tests.chromium import launched
from tests.person import Person
from workers.protocol import Event, encode, entry_id

EVENTS = 100_000
LOADS = 5
CODE = "print('ready')"

COPY = """INSERT INTO runs_run SELECT (jsonb_populate_record(
    runs_run, jsonb_build_object('id', %(new)s::text, 'client_token', %(new)s::text))).* FROM runs_run WHERE id = %(old)s"""
LOG = "INSERT INTO runs_runlog (run_id, events, count) VALUES (%s, %s, %s)"

SHOWN = """(events) => {
  const lab = document.querySelector("kindling-lab");
  const { console, chart } = lab ?? {};
  const isDrawn = events < 2 || (chart?.board.made?.metrics.get("loss")?.length === events / 2 && !chart.board.made.timer);
  const isPrinted = console?.screen.made && !console.screen.made.queue.length && !console.screen.made.frame;
  return lab?.querySelector("[data-role=status]")?.textContent.startsWith("Finished") && isDrawn && isPrinted ? performance.now() : 0;
}"""


def measure(student: Person) -> Iterator[tuple[str, float, str]]:
    """From the start of the navigation. `return` is a visit long after the run, when its events lie in the database alone."""
    run = student.start(CODE)
    list(student.follow(run))
    with launched() as browser:
        context = browser.new_context(base_url=student.product.url, viewport={"width": 1440, "height": 900})
        context.add_cookies(
            [
                {"name": each.name, "value": each.value or "", "url": student.product.url}
                for each in student.client.cookies.jar
            ]
        )
        page = context.new_page()
        floor = [load(page, f"runs/{run['id']}/", 1) for _ in range(LOADS + 1)][1:]
        returns, reloads = [], []
        for _ in range(LOADS):
            copied = f"runs/{keep_long_run(student, run['id'])}/"
            returns.append(load(page, copied, EVENTS))
            reloads.append(load(page, copied, EVENTS))
    yield "reload_to_history_ms", statistics.median(reloads), "ms"
    yield "return_to_history_ms", statistics.median(returns), "ms"
    yield "reload_floor_ms", statistics.median(floor), "ms"


def load(page: Page, path: str, events: int) -> float:
    page.goto(path, wait_until="commit")
    return float(page.wait_for_function(SHOWN, arg=events, timeout=120_000).json_value())


def keep_long_run(student: Person, like: str) -> str:
    """The id of a finished run like another, but with so many events."""
    new, log = str(uuid.uuid4()), zlib.compress(b"\n".join(write_events()))
    with psycopg.connect(name_database(student.product.data)) as database:
        database.execute(COPY, {"new": new, "old": like})
        database.execute(LOG, [new, log, EVENTS])
    return new


def write_events() -> Iterator[bytes]:
    """As `apps.runs.logs` keeps them: a loss and a printed line by turns, the final state at last."""
    for seq in range(1, EVENTS):
        step = (seq + 1) // 2
        loss = {"name": "loss", "kind": "loss", "points": [[step, round(2 / (1 + step / 999), 4)]]}
        line = {"text": f"epoch {step}  loss {2 / (1 + step / 999):.4f}\n"}
        yield write(seq, *(("metric", loss) if seq % 2 else ("stdout", line)))
    yield write(EVENTS, "state", {"state": "succeeded"})


def write(seq: int, kind: str, data: dict[str, object]) -> bytes:
    return entry_id(1, seq).encode() + b" " + encode(Event(seq=seq, at=0.0, type=kind, data=data)).rstrip()
