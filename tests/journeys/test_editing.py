"""A chapter is written as editors write it: with the help of the page, and of each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.journeys.visits import ADDRESS, CHAPTER, EDITING, Visit

pytestmark = pytest.mark.journey

Sessions = Callable[[str], StorageState]


@pytest.fixture
def desk(visit: Callable[..., Visit], sessions: Sessions) -> Callable[[str], Visit]:
    """Opens the chapter for writing, as somebody with this role."""

    def open_it(role: str) -> Visit:
        opened = visit(storage_state=sessions(role))
        opened.page.goto(EDITING)
        expect(opened.page.locator(".text-editor")).to_be_visible()
        return opened

    return open_it


def write_at_the_end(page: Page, words: str = "") -> None:
    """Puts the cursor below the heading of the summary, and writes there."""
    after = CHAPTER.source.split("\n").index("## Summary {#summary}") + 2
    page.locator("kindling-editing").evaluate("(desk, line) => desk.text.goTo(line)", after)
    page.keyboard.insert_text(words)


def source(page: Page) -> str:
    return page.locator("#editing-source").input_value()


def test_an_editor_writes_schedules_and_another_reviews(desk: Callable[[str], Visit]) -> None:
    writer = desk("editor")
    mend_what_is_marked(writer.page)
    add_drawings(writer)
    plan_and_cancel(writer.page)
    ask_for_a_review(writer.page)
    reviewer = desk("admin").page
    expect(reviewer.locator(".presence")).to_have_count(0)  # the writer's page has said that it goes
    approve(reviewer)
    restore_the_first(reviewer)


def mend_what_is_marked(page: Page) -> None:
    preview = page.get_by_role("region", name="Preview")
    problems = page.get_by_role("region", name="Problems in the text")
    write_at_the_end(page, "Nowhere near [the beginning](#nowhere).")
    expect(problems).to_contain_text("nowhere")
    expect(preview).to_contain_text("This is the last text without problems.")
    problems.get_by_role("button", name=re.compile("Line")).first.click()
    fixed = source(page).replace("(#nowhere)", "(#introduction)")
    page.locator("kindling-editing").evaluate("(desk, text) => desk.text.replace(text)", fixed)
    expect(problems).to_be_hidden()
    expect(preview).to_contain_text("Nowhere near the beginning.")
    expect(page.get_by_text("Draft kept at")).to_be_visible()


def add_drawings(writer: Visit) -> None:
    """One that is taken, and one that is refused aloud."""
    page = writer.page
    page.get_by_text("Pictures and drawings").click()
    page.locator("#editing-file").set_input_files({"name": "Two Dots.svg", "mimeType": "image/svg+xml", "buffer": SVG})
    write_at_the_end(page)
    page.get_by_role("button", name="Add this file").click()
    expect(page.get_by_text("two-dots.svg is beside your draft, and in your text.")).to_be_visible()
    expect(page.get_by_role("region", name="Preview").locator("#two-dots svg")).to_be_attached()
    page.locator("#editing-file").set_input_files({"name": "bad.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"})
    writer.expected.add(422)
    page.get_by_role("button", name="Add this file").click()
    expect(page.locator(".editing-files [role=status]")).to_contain_text("Its outermost element must be")


def plan_and_cancel(page: Page) -> None:
    later = (datetime.now() + timedelta(days=2)).strftime("%Y-%m-%dT10:00")
    page.get_by_label("What did you change?").fill("Two dots")
    page.get_by_text("Publish later").click()
    page.get_by_label("Day and time").fill(later)
    page.get_by_role("button", name="Publish at this time").click()
    expect(page.locator(".messages")).to_contain_text("goes live at the time you chose")
    page.get_by_role("button", name="Do not publish it").click()
    expect(page.locator(".messages")).to_contain_text("does not go live")


def ask_for_a_review(page: Page) -> None:
    page.get_by_label("What did you change?").fill("Two dots")
    page.get_by_text("Ask for a review").first.click()
    page.get_by_label("A word to the reviewer").fill("Are two enough?")
    page.get_by_role("button", name="Ask for a review").click()
    expect(page.get_by_role("heading", name="Comments")).to_be_visible()


def approve(reviewer: Page) -> None:
    reviewer.goto("/editing/")
    reviewer.get_by_role("region", name="Waiting for you").get_by_role("link").click()
    expect(reviewer.get_by_role("region", name="Changed lines")).to_contain_text("two-dots.svg")
    reviewer.get_by_role("button", name="Approve and publish").click()
    expect(reviewer.locator(".messages")).to_contain_text("is live.")
    reviewer.goto(ADDRESS)
    expect(reviewer.locator("#two-dots svg")).to_be_attached()


def restore_the_first(reviewer: Page) -> None:
    reviewer.goto(f"{EDITING}revisions/1/")
    reviewer.get_by_role("button", name="Restore revision 1").click()
    expect(reviewer.locator(".messages")).to_contain_text("is live")


def test_two_who_write_see_each_other_and_an_older_tab_overwrites_nothing(desk: Callable[[str], Visit]) -> None:
    first, second = desk("editor"), desk("admin")
    expect(second.page.locator(".presence")).to_contain_text("is writing here")
    expect(first.page.locator(".presence")).to_contain_text("is writing here")
    older = first.context.new_page()
    older.goto(EDITING)
    expect(older.locator(".text-editor")).to_be_visible()
    write_at_the_end(first.page, "Newer words.")
    expect(first.page.get_by_text("Draft kept at")).to_be_visible()
    first.expected.add(409)
    write_at_the_end(older, "Older words.")
    expect(older.locator("[data-role=question]")).to_contain_text("you wrote more on another page")
    older.get_by_role("button", name="Take the newer one").click()
    assert "Newer words." in source(older)
    assert "Older words." not in source(older)
    older.reload()
    older.get_by_role("button", name="Discard the draft").click()
    expect(older.locator(".messages")).to_contain_text("Your draft is gone.")


def test_what_was_written_offline_is_offered_again(desk: Callable[[str], Visit]) -> None:
    writer = desk("editor")
    page = writer.page
    page.route("**/draft/", lambda route: route.fulfill(status=429))
    writer.expected.add(429)
    write_at_the_end(page, "Written on a train.")
    expect(page.locator("[data-role=kept]")).to_contain_text("Your text is kept in this browser")
    page.on("dialog", lambda dialog: dialog.accept())  # leaving is warned of
    page.goto(EDITING)
    page.unroute_all(behavior="ignoreErrors")
    expect(page.locator("[data-role=question]")).to_contain_text("that was not sent")
    page.get_by_role("button", name="Bring it back").click()
    assert "Written on a train." in source(page)
    expect(page.get_by_text("Draft kept at")).to_be_visible()
    page.reload()
    expect(page.get_by_text("This is your draft")).to_be_visible()
    page.get_by_role("button", name="Discard the draft").click()
    expect(page.locator(".messages")).to_contain_text("Your draft is gone.")


SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><title>Two dots</title>
<circle cx="5" cy="5" r="3" fill="currentColor"/><circle cx="15" cy="5" r="3" fill="currentColor"/></svg>
"""
