"""A chart on a page of its own: what is told to it, and what it shows."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page

SCRIPT = """
import { Chart } from "./lab/charts/chart.js";
window.chart = new Chart(document.querySelector("[data-role=chart]"));
window.look = (left) => {
  const { canvas } = chart.board.made.plot;
  const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
  const pen = copy.getContext("2d", { willReadFrequently: true });
  pen.drawImage(canvas, 0, 0);
  return pen.getImageData(left, 0, canvas.width - left, canvas.height).data;
};
"""
Point = tuple[int, float | str]


def add(page: Page, points: list[Point], name: str = "loss", kind: str = "loss") -> None:
    page.evaluate("(metric) => chart.add(metric)", {"name": name, "kind": kind, "points": points})
    settle(page)


def settle(page: Page) -> None:
    """Until all that was said is drawn."""
    page.wait_for_function("() => chart.board.made && !chart.board.made.timer")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def falling(count: int, start: int = 1) -> list[Point]:
    return [(step, 2.0 * 0.99**step + 0.5) for step in range(start, start + count)]


def picture(page: Page) -> Locator:
    return page.get_by_role("img")


def key(page: Page, name: str) -> Locator:
    return page.locator(".chart-key").filter(has_text=re.compile(rf"^{re.escape(name)}"))


def drawn(page: Page) -> list[list[float | None]]:
    rows: list[list[float | None]] = page.evaluate(
        "chart.board.made.plot.drawing.data.map((row) => Array.from(row, (each) => each ?? null))"
    )
    return rows


def view(page: Page) -> tuple[float, float]:
    least, most = page.evaluate(
        "[chart.board.made.plot.drawing.scales.x.min, chart.board.made.plot.drawing.scales.x.max]"
    )
    return least, most


def notes(page: Page) -> Locator:
    return page.locator(".chart-notes li")


def overlay(page: Page, label: str, series: list[tuple[str, str, list[Point]]]) -> None:
    laid = [{"name": name, "kind": kind, "points": points} for name, kind, points in series]
    page.evaluate("(given) => chart.overlay(given)", {"label": label, "series": laid})
    settle(page)
