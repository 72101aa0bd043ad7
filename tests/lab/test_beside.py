"""Other curves over the run's own: chosen from a list, drawn, taken away, and gone with the project that they belong to."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from tests.lab.charting import SCRIPT, add, drawn, falling, key, settle
from tests.lab.stage import read_part

SERIES = [{"name": "loss", "kind": "loss", "points": [[1, 3.0], [50, 2.5], [100, "NaN"]]}]
OFFERED = [{"label": "The chapter’s run", "series": SERIES, "url": ""}] + [
    {"label": f"run {number}", "series": [], "url": f"/series/{number}"} for number in range(5)
]


@pytest.fixture
def page(stage: Callable[..., Page]) -> Page:
    page = stage(SCRIPT, read_part("chart.html"), viewport={"width": 800, "height": 900}, refused=[404])
    page.route("**/beside.json?*", offer)
    page.route("**/series/*", lambda route: route.fulfill(json={"series": SERIES}))
    page.route("**/series/4", lambda route: route.fulfill(status=404, json={"error": "There is no such run."}))
    belong_to(page, "a/b/c")
    add(page, falling(100))
    return page


def offer(route: Route) -> None:
    asked = parse_qs(urlsplit(route.request.url).query)
    assert asked["without"] == ["this"]
    curves = OFFERED if asked.get("project") == ["a/b/c"] else []
    route.fulfill(body=json.dumps({"curves": curves}), content_type="application/json")


def belong_to(page: Page, project: str) -> None:
    page.evaluate("(project) => chart.offer({ url: '/beside.json', project, run: 'this' })", project)


def unfold(page: Page) -> Locator:
    page.get_by_text("Compare with").click()
    return page.locator(".chart-beside")


def test_a_curve_is_laid_over_the_run_s_own_and_taken_away(page: Page) -> None:
    fold = unfold(page)
    expect(fold.get_by_role("checkbox")).to_have_count(len(OFFERED))
    for label in ("The chapter’s run", "run 0"):
        fold.get_by_label(label).check()
        expect(fold.get_by_role("status")).to_have_text(f"{label}: drawn.")
        expect(key(page, label)).to_be_visible()
    settle(page)
    assert len(drawn(page)) == 1 + 3
    fold.get_by_label("run 0").uncheck()
    expect(key(page, "run 0")).to_have_count(0)
    expect(key(page, "The chapter’s run")).to_be_visible()


def test_the_keyboard_does_it_too_and_axe_finds_nothing(page: Page) -> None:
    page.get_by_text("Compare with").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("The chapter’s run")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(key(page, "The chapter’s run")).to_be_visible()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert Axe().run(page).response["violations"] == []


def test_four_are_as_many_as_can_be_told_apart(page: Page) -> None:
    fold = unfold(page)
    for label in ("The chapter’s run", "run 0", "run 1", "run 2"):
        fold.get_by_label(label).check()
        expect(key(page, label)).to_be_visible()
    fold.get_by_label("run 3").click()
    expect(fold.get_by_role("status")).to_contain_text("Take one away first.")
    expect(fold.get_by_label("run 3")).not_to_be_checked()


def test_one_that_cannot_be_fetched_is_said(page: Page) -> None:
    fold = unfold(page)
    fold.get_by_label("run 4").click()
    expect(fold.get_by_role("status")).to_have_text("There is no such run.")
    expect(fold.get_by_label("run 4")).not_to_be_checked()


def test_they_stay_for_the_next_run_and_go_with_the_project(page: Page) -> None:
    unfold(page).get_by_label("run 0").check()
    expect(key(page, "run 0")).to_be_visible()
    page.evaluate("chart.clear()")
    add(page, falling(10))
    expect(key(page, "run 0")).to_be_visible()
    belong_to(page, "a/b/d")
    page.evaluate("chart.clear()")
    add(page, falling(10))
    expect(key(page, "run 0")).to_have_count(0)
    expect(unfold(page).get_by_role("status")).to_have_text(
        "There is nothing to compare with yet: change something and run it again."
    )
