"""What stands beside the code: kept here and on the server, back to the start, what was changed, a solution."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.lab.stage import read_part

START = "x = 1\nprint(x)\n"
MINE = "x = 2\nprint(x)\n"
OTHER = "x = 3\nprint(x)\n"
SOLUTION = "x = 42\nprint(x)\n"
BODY = f"""<section class="lab"><label class="visually-hidden" for="code">Code</label>
<textarea class="lab-code" id="code"></textarea>
{read_part("editor_tools.html")}<select aria-label="Which code"></select><p id="title"></p></section>"""
SCRIPT = """
import { Drafts } from "./lab/editor/drafts.js";
import { enhance } from "./lab/editor/editor.js";
import { Tools } from "./lab/editor/tools.js";
import { Shelf } from "./lab/shelf.js";
const find = (name) => document.querySelector(name);
window.begin = (project) => {
  const drafts = new Drafts();
  const editor = enhance(find("textarea"), { onChange: () => shelf.keep() });
  const shelf = new Shelf([{ key: "fit", title: "Fit", path: "torch/intro/fit", ...project }], { select: find("select"), title: find("#title"), editor, drafts });
  const tools = new Tools(document, { editor, shelf, drafts });
  tools.show(shelf.current);
  return editor.load().then(() => (window.editor = editor));
};
"""
Open = Callable[..., Page]


class Server:
    """Keeps one draft as the site does; `away` lets every request fail."""

    def __init__(self, page: Page, code: str = "", revision: int = 0) -> None:
        self.code, self.revision, self.away, self.tried = code, revision, False, False
        page.route("**/drafts/fit/", self.keep)
        page.route("**/solutions/fit/", self.solve)

    def keep(self, route: Route) -> None:
        if self.away:
            return route.fulfill(status=503, content_type="application/json", body="{}")
        sent: dict[str, Any] = json.loads(route.request.post_data or "")
        if sent["revision"] != self.revision:
            offer = {"code": self.code, "revision": str(self.revision)}
            return answer(route, 409, {"error": "Changed elsewhere.", "offer": offer})
        self.code, self.revision = sent["code"], self.revision + 1
        return answer(route, 200, {"revision": self.revision})

    def solve(self, route: Route) -> None:
        if self.tried:
            return answer(route, 200, {"code": SOLUTION})
        return answer(
            route, 403, {"error": "Run the project first, and let it come to its end: then the solution opens."}
        )

    def draft(self) -> dict[str, Any] | None:
        return {"code": self.code, "revision": self.revision} if self.revision else None


def answer(route: Route, status: int, words: dict[str, Any]) -> None:
    route.fulfill(status=status, content_type="application/json", body=json.dumps(words))


@pytest.fixture
def page(stage: Open) -> Page:
    return stage(SCRIPT, BODY, refused={403, 409, 503})


def begin(page: Page, server: Server | None, **facts: Any) -> None:
    known = {"code": START, "draft": server and server.draft(), "draft_url": server and "/drafts/fit/"}
    page.evaluate("(project) => begin(project).then(() => null)", known | facts)


def begin_again(page: Page, server: Server | None, **facts: Any) -> None:
    page.reload()
    page.wait_for_function("() => window.ready")
    begin(page, server, **facts)


def change(page: Page, code: str) -> None:
    page.evaluate("(code) => editor.replace(code)", code)


def value(page: Page) -> str:
    return page.locator("textarea").input_value()


def kept(page: Page) -> Locator:
    return page.locator(".editor-kept")


def kept_here(page: Page) -> str | None:
    found = page.evaluate("() => localStorage.getItem('code:torch/intro/fit')")
    return found and str(json.loads(found)["code"])


def test_what_is_typed_goes_to_the_server_and_leaves_the_browser(page: Page) -> None:
    server = Server(page)
    begin(page, server)
    change(page, MINE)
    assert kept_here(page) == MINE
    expect(kept(page)).to_have_text("Saved")
    assert (server.code, server.revision) == (MINE, 1)
    assert kept_here(page) is None
    change(page, OTHER)
    page.wait_for_function("() => localStorage.getItem('code:torch/intro/fit') === null")
    assert (server.code, server.revision) == (OTHER, 2)
    begin_again(page, server)
    assert value(page) == OTHER


def test_code_that_is_as_at_the_start_is_kept_as_nothing(page: Page) -> None:
    server = Server(page, MINE, 4)
    begin(page, server)
    assert value(page) == MINE
    change(page, START)
    expect(kept(page)).to_have_text("Saved")
    assert (server.code, server.revision) == ("", 5)
    begin_again(page, server, code="x = 'a newer start'\n")
    assert value(page) == "x = 'a newer start'\n"


def test_without_the_server_it_stays_in_the_browser_and_is_sent_when_there_is_a_network(page: Page) -> None:
    server = Server(page)
    server.away = True
    begin(page, server)
    change(page, MINE)
    expect(kept(page)).to_contain_text("Not saved yet: kept in this browser")
    assert kept_here(page) == MINE
    begin_again(page, server)
    assert value(page) == MINE
    server.away = False
    page.evaluate("() => dispatchEvent(new Event('online'))")
    expect(kept(page)).to_have_text("Saved")
    assert server.code == MINE


def test_a_visitor_s_code_is_kept_in_the_browser_and_goes_along_when_they_log_in(page: Page) -> None:
    begin(page, None)
    change(page, MINE)
    begin_again(page, None)
    assert value(page) == MINE
    server = Server(page)
    begin_again(page, server)
    assert value(page) == MINE
    expect(kept(page)).to_have_text("Saved")
    assert (server.code, kept_here(page)) == (MINE, None)


@pytest.mark.parametrize(("choice", "chosen"), [("Take the other one", OTHER), ("Keep the one here", MINE)])
def test_an_older_page_is_told_and_both_are_offered(page: Page, choice: str, chosen: str) -> None:
    server = Server(page, START, 1)
    begin(page, server)
    server.code, server.revision = OTHER, 2
    change(page, MINE)
    question = page.get_by_role("alert")
    expect(question).to_contain_text("You changed this code on another page or device since.")
    assert (server.code, value(page), kept_here(page)) == (OTHER, MINE, MINE)
    page.get_by_role("button", name=choice).click()
    expect(question).to_be_hidden()
    expect(kept(page)).to_have_text("Saved")
    assert value(page) == chosen
    page.wait_for_function("() => localStorage.getItem('code:torch/intro/fit') === null")
    assert server.code == chosen


def test_what_was_typed_offline_and_overtaken_is_asked_about_at_the_next_opening(page: Page) -> None:
    server = Server(page, START, 1)
    server.away = True
    begin(page, server)
    change(page, MINE)
    expect(kept(page)).to_contain_text("Not saved yet")
    server.away, server.code, server.revision = False, OTHER, 2
    begin_again(page, server)
    assert value(page) == MINE
    expect(page.get_by_role("alert")).to_contain_text("another page or device")
    assert server.code == OTHER
    page.get_by_role("button", name="Take the other one").click()
    assert value(page) == OTHER


def test_a_page_that_went_while_it_was_saving_is_not_taken_for_another(page: Page) -> None:
    server = Server(page)
    begin(page, server)
    page.unroute("**/drafts/fit/")
    page.route("**/drafts/fit/", lambda route: None)  # it arrives; its answer never does
    with page.expect_request("**/drafts/fit/"):
        change(page, MINE)
    change(page, OTHER)
    server.code, server.revision = MINE, 1
    page.unroute("**/drafts/fit/")
    page.route("**/drafts/fit/", server.keep)
    begin_again(page, server)
    assert value(page) == OTHER
    expect(kept(page)).to_have_text("Saved")
    assert (server.code, server.revision) == (OTHER, 2)


def test_reset_can_be_taken_back(page: Page) -> None:
    begin(page, None)
    change(page, MINE)
    page.get_by_role("button", name="Reset the code").click()
    assert value(page) == START
    page.get_by_role("button", name="Bring my changes back").click()
    assert value(page) == MINE
    page.get_by_role("button", name="Reset the code").click()
    page.evaluate("() => editor.focus()")
    page.keyboard.press("Control+z")
    assert value(page) == MINE


def test_what_was_changed_is_counted_and_shown_and_hidden_again(page: Page) -> None:
    begin(page, None)
    change(page, MINE)
    toggle = page.get_by_role("button", name="What I changed")
    toggle.click()
    expect(page.locator(".editor-notice:visible")).to_contain_text("You changed one place")
    expect(page.locator("del")).to_have_text("x = 1")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    toggle.click()
    expect(page.locator("del")).to_have_count(0)
    expect(page.locator(".editor-notice:visible")).to_have_count(0)


def test_a_solution_opens_when_the_server_says_so_and_can_be_put_away(page: Page) -> None:
    server = Server(page, MINE, 1)
    begin(page, server, solution_url="/solutions/fit/")
    button = page.get_by_role("button", name="Solution")
    button.click()
    expect(page.locator(".editor-notice:visible")).to_contain_text("Run the project first")
    assert value(page) == MINE
    server.tried = True
    button.click()
    expect(page.locator("del")).to_have_text("x = 2")
    assert value(page) == SOLUTION
    page.get_by_role("button", name="Bring my code back").click()
    assert value(page) == MINE
    expect(page.locator("del")).to_have_count(0)


def test_a_project_without_a_solution_offers_none(page: Page) -> None:
    begin(page, None)
    expect(page.get_by_role("button", name="Solution")).to_have_count(0)
