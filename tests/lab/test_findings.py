"""What is said about a run: its checks before and after, what the engine recognised, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.lab.stage import read_part

SCRIPT = """
import { Findings } from "./lab/verdict/findings.js";
window.findings = new Findings(document.querySelector("[data-role=findings]"));
"""
CHAPTER = '<section id="common-mistakes"><h2>Common mistakes</h2><p id="too-fast">Too fast.</p></section>'
PROJECT = {"checks": ["It doubles", "It <b>halves</b>"], "mistakes": {"diverging": "too-fast"}}
VERDICT: dict[str, Any] = {
    "passed": False,
    "checks": [
        {"name": "It doubles", "passed": True, "message": "Expected 2, got 2."},
        {"name": "It <b>halves</b>", "passed": False, "message": "For model(x): expected 1, got 3. Train longer."},
    ],
}
DIVERGING: dict[str, Any] = {
    "code": "diverging",
    "step": 40,
    "message": "The loss grows instead of falling: it began at 725 and is 1.2e+05 at step 40. Try a smaller learning rate.",
    "metric": "loss",
    "evidence": [[step, 725 * 1.1**step] for step in range(1, 41)],
}
COMPARISON = '<p class="run-verdict run-verdict--done"><span aria-hidden="true">✓</span> Mini project done.</p>'


@pytest.fixture
def page(stage: Callable[..., Page]) -> Page:
    return stage(SCRIPT, read_part("lab_findings.html") + CHAPTER, viewport={"width": 700, "height": 800})


def clear(page: Page, **project: Any) -> None:
    page.evaluate("(project) => findings.clear(project)", {**PROJECT, **project})


def receive(page: Page, type_: str, data: dict[str, Any]) -> None:
    page.evaluate("([type, data]) => findings.receive(type, data)", [type_, data])


def answer_with(page: Page, body: str, status: int = 200) -> list[str]:
    """Has the server answer so; the addresses that it is then asked for."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=status, content_type="text/html", body=body)

    page.route("**/verdict/", answer)
    return asked


def end(page: Page, **run: Any) -> None:
    run = {"url": "/runs/1/", "stop_url": "/runs/1/stops/", **run}
    page.evaluate("(run) => findings.end(run)", run)


def test_before_the_run_the_checks_are_named(page: Page) -> None:
    clear(page)
    expect(page.get_by_role("region", name="Checks")).to_contain_text("Checked after every run that succeeds")
    expect(page.get_by_role("listitem")).to_have_text(["○It doubles", "○It <b>halves</b>"])


def test_afterwards_each_says_whether_it_passed_and_why_not(page: Page) -> None:
    clear(page)
    receive(page, "verdict", VERDICT)
    expect(page.get_by_role("heading", name="1 of 2 checks passed")).to_be_visible()
    expect(page.get_by_role("listitem")).to_have_text(
        ["✓Passed: It doubles", "✕Not passed: It <b>halves</b>For model(x): expected 1, got 3. Train longer."]
    )


def test_all_passed_is_said_in_a_word(page: Page) -> None:
    receive(page, "verdict", {"passed": True, "checks": [VERDICT["checks"][0]]})
    expect(page.get_by_role("heading", name="All checks passed")).to_be_visible()


def test_a_project_without_checks_shows_none(page: Page) -> None:
    clear(page, checks=[])
    expect(page.get_by_role("region", name="Checks")).to_be_hidden()


def test_a_diagnosis_says_what_was_seen_and_where_to_read_about_it(page: Page) -> None:
    clear(page)
    receive(page, "diagnosis", DIVERGING)
    panel = page.get_by_role("region", name="Diagnosis")
    expect(panel.get_by_role("heading")).to_have_text("The loss grows")
    expect(panel.get_by_text("it began at 725 and is 1.2e+05 at step 40.", exact=False)).to_be_visible()
    expect(panel.get_by_text("Try a smaller learning rate.")).to_be_hidden()
    panel.get_by_text("Why, and what to try").click()
    expect(panel.get_by_text("Try a smaller learning rate.")).to_be_visible()
    expect(panel).to_contain_text("Evidence: loss 797.5 at step 1 →")
    expect(panel.get_by_role("link")).to_have_attribute("href", "#too-fast")


@pytest.mark.parametrize(
    ("project", "href"),
    [
        ({"mistakes": {}}, "#common-mistakes"),
        ({"mistakes": {"nan": "elsewhere"}}, "#common-mistakes"),
        ({"chapter": "/courses/torch/intro/"}, "/courses/torch/intro/#too-fast"),
        ({"chapter": "/courses/torch/intro/", "mistakes": {}}, "/courses/torch/intro/#common-mistakes"),
    ],
)
def test_it_leads_to_the_common_mistakes(page: Page, project: dict[str, Any], href: str) -> None:
    clear(page, **project)
    receive(page, "diagnosis", DIVERGING)
    expect(page.get_by_role("link", name="Common mistakes")).to_have_attribute("href", href)


def test_without_a_chapter_it_leads_nowhere(stage: Callable[..., Page]) -> None:
    page = stage(SCRIPT, read_part("lab_findings.html"))
    receive(page, "diagnosis", {**DIVERGING, "code": "nan", "evidence": [[3, "NaN"]]})
    expect(page.get_by_role("region", name="Diagnosis")).to_contain_text("Evidence: loss NaN at step 3.")
    expect(page.get_by_role("link")).to_have_count(0)


def test_the_server_s_verdict_is_shown_when_the_run_is_over(page: Page) -> None:
    asked = answer_with(page, COMPARISON)
    end(page)
    expect(page.get_by_role("status")).to_have_text("✓ Mini project done.")
    assert [url.partition("/runs")[2] for url in asked] == ["/1/verdict/"]


def test_nothing_to_say_shows_nothing(page: Page) -> None:
    answer_with(page, "\n\n")
    with page.expect_response("**/verdict/"):
        end(page)
    expect(page.locator(".run-outcome")).to_be_hidden()


def test_of_somebody_else_s_run_nobody_asks(page: Page) -> None:
    asked = answer_with(page, COMPARISON)
    end(page, stop_url=None)
    assert asked == []


def test_a_verdict_that_cannot_be_fetched_is_left_out(page: Page) -> None:
    page.route("**/verdict/", lambda route: route.fulfill(status=200, body=COMPARISON))
    end(page)
    expect(page.get_by_role("status")).to_be_visible()
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('offline')); }")
    end(page)
    expect(page.locator(".run-outcome")).to_be_hidden()


def test_the_next_run_begins_with_nothing_said(page: Page) -> None:
    answer_with(page, COMPARISON)
    receive(page, "diagnosis", DIVERGING)
    receive(page, "verdict", VERDICT)
    end(page)
    expect(page.get_by_role("status")).to_be_visible()
    clear(page)
    expect(page.get_by_role("region", name="Diagnosis")).to_be_hidden()
    expect(page.locator(".run-outcome")).to_be_hidden()
    expect(page.get_by_role("heading", name="Checked after every run")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768])
def test_it_is_accessible(stage: Callable[..., Page], width: int, scheme: str) -> None:
    options: dict[str, Any] = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    page = stage(SCRIPT, read_part("lab_findings.html") + CHAPTER, **options)
    clear(page)
    receive(page, "diagnosis", DIVERGING)
    receive(page, "verdict", VERDICT)
    answer_with(page, COMPARISON)
    end(page)
    expect(page.get_by_role("status")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
