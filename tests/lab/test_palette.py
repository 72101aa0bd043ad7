"""The palette by keyboard, against answers that come late, not at all, or hostile."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

BODY = """<a href="/search/" data-search="site.css">Search</a><p><label>Other <input id="other"></label></p>
<theme-switch hidden><button value="light"></button><button value="dark"></button></theme-switch>"""
SCRIPT = 'import "./theme-switch.js"; import "./search.js";'
EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>"
Open = Callable[..., Page]


class Server:
    """Finds what it is told to, and keeps those waiting whose words are in `held`."""

    def __init__(self, page: Page) -> None:
        self.asked: list[str] = []
        self.held: dict[str, Route] = {}
        self.hold: set[str] = set()
        self.status = 200
        page.route("**/search/suggestions.json?*", self.answer)
        page.route(
            "**/search/actions.json", lambda route: route.fulfill(json={"actions": [option("Your runs", "/runs/")]})
        )
        page.route("**/found/*", lambda route: route.fulfill(body="<title>found</title>", content_type="text/html"))
        page.route("**/search/?q=*", lambda route: route.fulfill(body="<title>all</title>", content_type="text/html"))

    def answer(self, route: Route) -> None:
        words = parse_qs(urlsplit(route.request.url).query)["q"][0]
        self.asked.append(words)
        if words in self.hold:
            self.held[words] = route
        else:
            self.give(route, words)

    def give(self, route: Route, words: str) -> None:
        if self.status != 200:
            return route.fulfill(status=self.status, json={"error": "Wait a moment, then search again."})
        results = [] if words == "nothing" else [option(f"{words} {number}", f"/found/{number}") for number in (1, 2)]
        groups = [{"label": "Sections", "results": results}] if results else []
        found = {"query": words, "corrected": False, "better": "", "total": len(results), "groups": groups}
        return route.fulfill(body=json.dumps(found), content_type="application/json")


def option(title: str, url: str) -> dict[str, Any]:
    return {"title": [[title, True]], "url": url, "where": EVIL, "snippet": [[EVIL, False], ["marked", True]]}


@pytest.fixture
def page(stage: Open) -> Page:
    return stage(SCRIPT, BODY, refused={429})


@pytest.fixture
def server(page: Page) -> Server:
    return Server(page)


def field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search")


def chosen(page: Page) -> Locator:
    return page.locator("[role=option][aria-selected=true]")


def status(page: Page) -> Locator:
    return page.locator(".palette-status")


def open_palette(page: Page, key: str = "Control+k") -> None:
    page.keyboard.press(key)
    expect(field(page)).to_be_focused()


@pytest.mark.parametrize("key", ["/", "Control+k", "Meta+k", "click"])
def test_it_opens_and_gives_the_focus_back(page: Page, server: Server, key: str) -> None:
    link = page.get_by_role("link", name="Search")
    link.focus()
    if key == "click":
        link.click()
    else:
        page.keyboard.press(key)
    expect(field(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(link).to_be_focused()


def test_a_single_letter_opens_nothing_where_it_is_typed_or_switched_off(page: Page, server: Server) -> None:
    page.locator("#other").press("/")
    expect(page.locator("#other")).to_have_value("/")
    page.evaluate("() => { localStorage.setItem('kindling-keys', 'off'); document.activeElement.blur(); }")
    page.keyboard.press("/")
    expect(page.locator("dialog")).to_have_count(0)
    open_palette(page)


def test_results_are_walked_through_and_opened(page: Page, server: Server) -> None:
    open_palette(page)
    page.keyboard.type("loss")
    expect(status(page)).to_have_text("2 results")
    expect(chosen(page)).to_contain_text("loss 1")
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowUp")
    expect(chosen(page)).to_have_text("All results for “loss”")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(chosen(page)).to_contain_text("loss 2")
    assert field(page).get_attribute("aria-activedescendant") == chosen(page).get_attribute("id")
    assert server.asked == ["loss"]  # after a pause in typing, once
    page.keyboard.press("Enter")
    page.wait_for_url("**/found/2")


def test_another_tab_and_all_results(page: Page, server: Server) -> None:
    open_palette(page)
    page.keyboard.type("loss")
    expect(status(page)).to_have_text("2 results")
    with page.context.expect_page() as opened:
        page.keyboard.press("Control+Enter")
    assert opened.value.url.endswith("/found/1")
    opened.value.close()
    expect(field(page)).to_be_visible()
    server.hold = {"loss nan"}
    page.keyboard.type(" nan")
    page.keyboard.press("Enter")  # before anything was found for it
    page.wait_for_url("**/search/?q=loss+nan")


def test_a_late_answer_is_dropped(page: Page, server: Server) -> None:
    server.hold = {"one"}
    open_palette(page)
    field(page).fill("one")
    page.wait_for_timeout(200)
    field(page).fill("two")
    expect(chosen(page)).to_contain_text("two 1")
    server.give(server.held["one"], "one")
    field(page).fill("two ")
    expect(status(page)).to_have_text("2 results")
    expect(page.get_by_role("option").first).to_contain_text("two")


def test_refusals_and_empty_answers_are_said(page: Page, server: Server) -> None:
    open_palette(page)
    field(page).fill("nothing")
    expect(status(page)).to_contain_text("Nothing was found for “nothing”")
    server.status = 429
    field(page).fill("more")
    expect(status(page)).to_have_text("Wait a moment, then search again.")


def test_texts_stay_texts(page: Page, server: Server) -> None:
    open_palette(page)
    field(page).fill(EVIL)
    expect(chosen(page)).to_contain_text(f"{EVIL} 1")
    assert page.locator("dialog :is(script, img)").count() == 0
    expect(page.locator("dialog mark").first).to_have_text(f"{EVIL} 1")


def test_searches_are_remembered_and_forgotten_here(page: Page, server: Server) -> None:
    open_palette(page)
    field(page).fill("loss")
    expect(status(page)).to_have_text("2 results")
    page.get_by_role("option").nth(1).click()
    page.wait_for_url("**/found/2")
    page.go_back()
    page.wait_for_function("() => window.ready")
    open_palette(page)
    expect(page.get_by_role("group", name="Searched before").get_by_role("option").first).to_have_text("loss")
    page.keyboard.press("Enter")
    expect(field(page)).to_have_value("loss")
    field(page).fill("")
    page.get_by_role("option", name="Forget these searches").click()
    expect(page.get_by_role("group", name="Searched before")).to_have_count(0)
    assert page.evaluate("() => localStorage.getItem('kindling-searches')") == "[]"


def test_actions_and_colours(page: Page, server: Server) -> None:
    page.evaluate("() => localStorage.setItem('kindling-searches', '{broken')")
    open_palette(page)
    expect(page.get_by_role("group", name="Go to").get_by_role("option")).to_contain_text("Your runs")
    page.get_by_role("option", name="Dark colours").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("dialog")).not_to_be_visible()
