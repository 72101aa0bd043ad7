"""Curves of several runs over each other: which metric, on which scale, in words and as a table."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.front.pages import TEMPLATES

RUNS = {
    "one": [{"name": "loss", "kind": "loss", "count": 3, "points": [[1, 500.0], [2, 5.0], [3, 1.0]]}],
    "two": [
        {"name": "loss", "kind": "loss", "count": 2, "points": [[2, 4.0], [4, "NaN"]]},
        {"name": "accuracy", "kind": "scalar", "count": 2, "points": [[2, -0.5], [4, 0.9]]},
    ],
    "none": [],
}
SCRIPT = f"""
const runs = {json.dumps(RUNS)};
window.fetch = async (url) => {{
  const name = new URL(url, location).searchParams.get("run");
  return name in runs ? Response.json({{ series: runs[name] }}) : new Response("", {{ status: 404 }});
}};
await import("./comparison.js");
"""


@pytest.fixture
def show(stage: Callable[..., Page]) -> Callable[..., Page]:
    """Opens the part of the page for these runs, by name."""

    def show_runs(*names: str, **options: Any) -> Page:
        return stage(SCRIPT, make_body(names), viewport={"width": 800, "height": 700}, **options)

    return show_runs


def make_body(names: tuple[str, ...]) -> str:
    items = zip("ABCDE", names, strict=False)
    runs = "".join(f'<li data-letter="{letter}" data-series="?run={name}">Run {name}</li>' for letter, name in items)
    template = re.sub(r"{#.*?#}\s*", "", (TEMPLATES / "runs" / "_curves.html").read_text())
    return re.sub(r"{% for.*endfor %}", lambda _: runs, template)


def test_losses_are_laid_over_each_other(show: Callable[..., Page]) -> None:
    page = show("one", "two")
    plot = page.get_by_role("img")
    expect(plot).to_have_attribute(
        "aria-label", "loss by step. A, Run one: last 1 at step 3. B, Run two: last NaN at step 4."
    )
    expect(page.locator("[data-role=key] li")).to_have_text(["A Run one: last 1", "B Run two: last NaN"])
    expect(page.get_by_label("Logarithmic scale")).to_be_checked()


def test_the_table_says_the_same(show: Callable[..., Page]) -> None:
    page = show("one", "two")
    page.get_by_text("As a table").click()
    rows = [row.locator("th, td").all_inner_texts() for row in page.locator("[data-role=table] tr").all()]
    assert rows == [
        ["Step", "A: Run one", "B: Run two"],
        ["1", "500", ""],
        ["2", "5", "4"],
        ["3", "1", "4"],
        ["4", "", "NaN"],
    ]


def test_another_metric_shows_the_runs_that_have_it(show: Callable[..., Page]) -> None:
    page = show("one", "two")
    page.get_by_label("Metric").select_option("accuracy")
    expect(page.locator("[data-role=key] li")).to_have_text(["B Run two: last 0.9"])
    expect(page.get_by_label("Logarithmic scale")).to_be_disabled()  # it falls below nothing


def test_the_scale_is_changed_by_keyboard(show: Callable[..., Page]) -> None:
    page = show("one", "two")
    page.get_by_label("Logarithmic scale").focus()
    page.keyboard.press("Space")
    expect(page.get_by_label("Logarithmic scale")).not_to_be_checked()
    expect(page.locator("canvas")).to_have_count(1)


def test_a_run_whose_curves_cannot_be_had_does_not_hide_the_others(show: Callable[..., Page]) -> None:
    page = show("one", "missing")
    expect(page.get_by_role("status")).to_contain_text("run B could not be loaded")
    expect(page.locator("[data-role=key] li")).to_have_text(["A Run one: last 1"])


def test_runs_that_measured_nothing_are_said_to(show: Callable[..., Page]) -> None:
    page = show("none", "none")
    expect(page.get_by_role("status")).to_contain_text("there is no curve")
    expect(page.get_by_label("Metric")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(show: Callable[..., Page], scheme: str) -> None:
    page = show("one", "two", color_scheme=scheme)
    expect(page.get_by_role("img")).to_be_visible()
    page.get_by_text("As a table").click()
    page.evaluate(Axe().axe_script)
    assert (
        page.evaluate("axe.run(document).then(({violations}) => violations.map(({id, nodes}) => [id, nodes[0].html]))")
        == []
    )
