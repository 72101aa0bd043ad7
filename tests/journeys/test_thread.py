"""A thread and two people: drafts that stay, a preview, votes, quotes, names, and replies that arrive while one writes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, StorageState, expect

from tests.journeys.test_accessibility import list_faults
from tests.journeys.visits import ADDRESS, Visit, take_time

pytestmark = pytest.mark.journey

Sessions = Callable[[str], StorageState]
MARK = """words => {
  const texts = document.createTreeWalker(document.querySelector('.posts'), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const at = texts.currentNode.data.indexOf(words);
    if (at >= 0) return getSelection().setBaseAndExtent(texts.currentNode, at, texts.currentNode, at + words.length);
  }
}"""


@pytest.fixture
def asker(visit: Callable[..., Visit], sessions: Sessions) -> Visit:
    return visit(storage_state=sessions("student"))


@pytest.fixture
def helper(visit: Callable[..., Visit], sessions: Sessions) -> Visit:
    return visit(storage_state=sessions("editor"))


def test_an_answer_is_drafted_shown_posted_and_voted_on(asker: Visit, helper: Visit) -> None:
    address = ask(asker.page, "Is a draft kept?", "The loss stays where it is.")
    page = helper.page
    page.goto(address)
    text = bottom(page).locator("textarea")
    text.fill("Look at the **rate**.")
    page.reload()
    expect(text).to_have_value("Look at the **rate**.")
    expect(page.get_by_text("Your draft was kept in this browser.")).to_be_visible()
    bottom(page).get_by_role("tab", name="Preview").click()
    expect(bottom(page).locator(".composer-preview strong")).to_have_text("rate")
    page.keyboard.press("ArrowLeft")
    expect(text).to_be_visible()
    text.press_sequentially(" Ask @st")
    page.get_by_role("option", name="Student").click()
    expect(text).to_have_value(re.compile("Ask @Student $"))
    take_time(page)
    page.locator(".composer button[type=submit]").last.dblclick()
    expect(page).to_have_url(re.compile(r"#post-\d+$"))
    expect(page.locator(".post")).to_have_count(2)
    expect(text).to_have_value("")
    page.reload()
    expect(text).to_have_value("")

    up = page.locator(".post").first.get_by_role("button", name="This helps.")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(up.locator("[data-count]")).to_have_text("1")
    helper.expected.add(403)
    page.route("**/vote/", lambda route: route.fulfill(status=403, json={"error": "Not you."}))
    page.locator(".post").first.get_by_role("button", name="This does not help.").click()
    expect(page.get_by_role("alert")).to_have_text("Not you.")
    expect(up).to_have_attribute("aria-pressed", "true")
    page.unroute_all(behavior="ignoreErrors")
    page.reload()
    expect(up.locator("[data-count]")).to_have_text("1")


def test_replies_arrive_while_one_writes_and_nothing_moves(asker: Visit, helper: Visit) -> None:
    address = ask(asker.page, "Does it move?", "\n\n".join(["A long question."] * 40))
    page = asker.page
    with page.expect_response("**/tickets/") as ticket:
        page.goto(address)
    bell, before = page.locator("[data-bell-count]"), ticket.value.json()["unread"]
    text = bottom(page).locator("textarea")
    text.fill("I think")
    text.scroll_into_view_if_needed()
    answer(helper.page, address, "One of many words.")
    page.get_by_role("button", name="Show 1 new reply").wait_for()
    expect(bell).to_have_text(str(before + 1))
    text.focus()
    top = text.evaluate("text => text.getBoundingClientRect().top")
    page.get_by_role("button", name="Show 1 new reply").evaluate(
        "button => { button.onmousedown = (e) => e.preventDefault(); button.click(); }"
    )
    expect(page.locator(".post")).to_have_count(2)
    assert abs(text.evaluate("text => text.getBoundingClientRect().top") - top) < 2
    expect(text).to_have_value("I think")
    page.locator(".post").last.locator(".acts").scroll_into_view_if_needed()
    expect(bell).to_have_text(str(before))

    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    page.keyboard.press("j")
    expect(page.locator(".post").first.locator(".by a").first).to_be_focused()

    page.evaluate(MARK, "many words")
    page.get_by_role("button", name="Quote in a reply").click()
    reply = page.locator(".post").last.locator("textarea")
    expect(reply).to_have_value("> many words\n\n")
    page.reload()
    expect(page.locator(".post").last.locator("textarea")).to_have_value("> many words\n\n")
    take_time(page)
    page.locator(".post").last.get_by_role("button", name="Post reply").click()
    expect(page.locator(".post")).to_have_count(3)
    expect(page.locator(".post").last.locator("blockquote")).to_have_text("many words")
    expect(text).to_have_value("I think")

    helper.page.goto(address)
    expect(helper.page.locator(".news")).to_contain_text("1 new since you were here")
    page.locator(".post").nth(1).get_by_role("button", name="Accept as the answer").click()
    expect(page.locator(".post.accepted")).to_contain_text("One of many words.")
    page.evaluate(Axe().axe_script)
    page.locator("[data-reply]").first.click()
    assert list_faults(page, (1440, 320)) == []
    for part in ("edit/", "history/", "withdrawal/", "reply/"):
        post = (page.locator(".post.fresh, .post").last.get_attribute("id") or "").removeprefix("post-")
        page.goto(f"{address.partition('#')[0]}posts/{post}/{part}")
        page.evaluate(Axe().axe_script)
        assert list_faults(page, (1440, 320)) == []
        page.goto(address)


def test_a_thread_needs_no_scripts(visit: Callable[..., Visit], sessions: Sessions) -> None:
    page = visit(storage_state=sessions("student"), java_script_enabled=False).page
    address = ask(page, "Without scripts?", "Does it work?")
    bottom(page).locator("textarea").fill("It **does**.")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="Preview").locator("strong")).to_have_text("does")
    take_time(page)
    page.get_by_role("button", name="Post reply").click()
    expect(page.locator(".post")).to_have_count(2)
    page.locator(".post").last.get_by_role("link", name="Reply").click()
    page.get_by_label("Your text").fill("Below it.")
    take_time(page)
    page.get_by_role("button", name="Post reply").click()
    expect(page.locator(".post").last).to_contain_text("Below it.")
    page.locator(".post").last.get_by_role("link", name="Edit").click()
    page.get_by_label("Your text").fill("Below, changed.")
    page.get_by_label("What did you change").fill("Better words")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name=re.compile("^changed")).click()
    expect(page.locator("main")).to_contain_text("Better words")
    page.goto(address)
    page.locator(".post").nth(1).get_by_role("button", name="Accept as the answer").click()
    expect(page.get_by_role("link", name="Go to the answer")).to_be_visible()
    page.locator(".post").last.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete my post").click()
    expect(page.get_by_text("Your post is deleted.")).to_be_visible()
    expect(page.locator(".post").last).not_to_contain_text("Below, changed.")
    page.locator(".post").last.get_by_role("link", name="Bring it back").click()
    page.get_by_role("button", name="Bring my post back").click()
    expect(page.locator(".post").last).to_contain_text("Below, changed.")


def ask(page: Page, title: str, text: str) -> str:
    page.goto(f"{ADDRESS}discussion/")
    page.get_by_text("Ask a question or start a talk").click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Your text").fill(text)
    take_time(page)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    return page.url.partition("#")[0]


def answer(page: Page, address: str, text: str) -> None:
    page.goto(address)
    bottom(page).locator("textarea").fill(text)
    with page.expect_response("**/reading/"):  # once it has been looked at
        take_time(page)
        bottom(page).get_by_role("button", name="Post reply").click()
    expect(page.locator(".post").last).to_contain_text(text)


def bottom(page: Page) -> Locator:
    """The form below the thread."""
    return page.locator(".thread > kindling-composer")
