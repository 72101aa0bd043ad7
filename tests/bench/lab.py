"""What the lab's page asks of a browser: a live chart of many points, a console of a mebibyte, and how much is fetched."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.chromium import launched
from tests.front.bundles import list_chart, list_console, list_editor, list_first, weigh
from tests.lab.stage import read_part, served, write_page

POINTS = {"10k": 10_000, "100k": 100_000}
UPDATES = 100
SCRIPT = """
import { Chart } from "./lab/charts/chart.js";
import { Console } from "./lab/console/console.js";
window.chart = new Chart(document.querySelector("[data-role=chart]"));
window.log = new Console(document.querySelector("[data-role=console]"));
window.ready = true;
"""

UPDATE = """async ([points, updates]) => {
  const metric = (name, kind, from, to) => ({ name, kind, points: Array.from({ length: to - from }, (_, n) => [from + n, 2 / (1 + (from + n) / 999) + 0.3 * Math.random()]) });
  const kinds = [["loss", "loss"], ["learning_rate", "learning_rate"], ["gradient_norm", "gradient_norm"]];
  const tell = (from, to) => kinds.forEach(([name, kind]) => chart.add(metric(name, kind, from, to)));
  chart.clear();
  tell(0, points);
  while (!chart.board.made?.tabs) await new Promise((done) => setTimeout(done, 20));
  const took = [];
  for (let n = 0; n < updates; n += 1) {
    const news = kinds.map(([name, kind]) => metric(name, kind, points + n, points + n + 1));
    const began = performance.now();
    for (const each of news) chart.add(each);
    chart.board.made.draw();
    await Promise.resolve();
    took.push(performance.now() - began);
    await new Promise(requestAnimationFrame);
  }
  return took;
}"""

STROKE = """async (updates) => {
  const { canvas } = chart.board.made.plot;
  const pen = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height }).getContext("2d");
  const took = [];
  for (let n = 0; n < updates; n += 1) {
    const began = performance.now();
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.beginPath();
    for (let x = 0; x < canvas.width; x += 0.25) pen.lineTo(x, Math.random() * canvas.height);
    pen.stroke();
    took.push(performance.now() - began);
    await new Promise(requestAnimationFrame);
  }
  return took;
}"""

PRINT = """async (text) => {
  log.clear();
  log.write("stdout", "\\n");
  while (!log.screen.made || log.screen.made.frame) await new Promise((done) => setTimeout(done, 20));
  const took = [];
  const time = (work) => {
    const began = performance.now();
    work();
    log.screen.made.element.scrollHeight; // and the layout
    took.push(performance.now() - began);
  };
  time(() => { for (let at = 0; at < text.length; at += 8192) log.write("stdout", text.slice(at, at + 8192)); });
  while (log.screen.made.queue.length) {
    time(() => log.screen.made.flush(8));
    await new Promise(requestAnimationFrame);
  }
  return took;
}"""

PLAIN = """(text) => {
  const page = log.screen.made.element.parentElement.appendChild(document.createElement("pre"));
  const began = performance.now();
  page.textContent = text;
  page.scrollHeight;
  const took = performance.now() - began;
  page.remove();
  return took;
}"""

LINE = "epoch {n:5d}  loss 0.4123  accuracy 0.9134  3.2 s\n"


def measure() -> Iterator[tuple[str, float, str]]:
    """In a Chromium of its own; half a minute."""
    with tempfile.TemporaryDirectory(prefix="kindling-bench-") as name, launched() as browser:
        write_page(Path(name), script=SCRIPT, body=read_part("chart.html") + read_part("console.html"))
        with served(Path(name)) as address:
            page = browser.new_page(viewport={"width": 1000, "height": 900})
            page.goto(address)
            page.wait_for_function("() => window.ready")
            yield from measure_chart(page)
            yield from measure_console(page)
    yield from weigh_scripts()


def measure_chart(page: Page) -> Iterator[tuple[str, float, str]]:
    """Script time of an update of three metrics with so many points each, and of stroking one such line by itself."""
    for name, points in POINTS.items():
        yield f"chart_update_{name}_ms", statistics.median(call(page, UPDATE, [points, UPDATES])), "ms"
    yield "chart_floor_ms", statistics.median(call(page, STROKE, UPDATES)), "ms"


def measure_console(page: Page) -> Iterator[tuple[str, float, str]]:
    """Script and layout for a mebibyte, all in all and in the longest piece; and for one text of that size."""
    text = "".join(LINE.format(n=n) for n in range(2**20 // len(LINE.format(n=0)) + 1))[: 2**20]
    rounds = [call(page, PRINT, text) for _ in range(5)]
    yield "console_1mib_ms", statistics.median(map(sum, rounds)), "ms"
    yield "console_longest_ms", statistics.median(map(max, rounds)), "ms"
    yield "console_floor_ms", statistics.median(call(page, PLAIN, text) for _ in range(5)), "ms"


def call(page: Page, script: str, given: object) -> Any:
    return page.evaluate(script, given)


def weigh_scripts() -> Iterator[tuple[str, float, str]]:
    """As they are sent. The chart, the console and the editor come on top of the first load."""
    scripts = {"": list_first(), "_chart": list_chart(), "_console": list_console(), "_editor": list_editor()}
    for part, found in scripts.items():
        yield f"lab_js{part}_kb_gz", weigh(*found) / 1024, "KB"
