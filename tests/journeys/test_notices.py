"""A student asks and reads on; the bell rises when somebody answers, and leads there, with scripts and without."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.journeys.visits import ADDRESS, Visit, take_time

pytestmark = pytest.mark.journey

QUESTION = "Why does the bell ring?"


def test_the_bell_rises_live_and_leads_to_the_answer(
    visit: Callable[..., Visit], sessions: Callable[[str], StorageState]
) -> None:
    student = visit(storage_state=sessions("student")).page
    thread = ask(student)
    student.goto(ADDRESS)
    with (
        student.expect_response(re.compile("/news/tickets/")) as ticket,
        student.expect_response(re.compile("/rooms/person:")),
    ):
        expect(student.get_by_role("link", name=re.compile("^Notices"))).to_be_visible()
    bell, before = student.locator("[data-bell-count]"), ticket.value.json()["unread"]
    answer(visit(storage_state=sessions("editor")).page, thread)
    expect(bell).to_have_text(str(before + 1))
    expect(student.get_by_role("status").filter(has_text="You have a new notice")).to_have_count(1)
    student.get_by_role("link", name=re.compile("^Notices")).click()
    student.get_by_role("button", name=f"New: Editor answered you in “{QUESTION}”", exact=True).click()
    expect(student).to_have_url(re.compile(rf"{thread}#post-\d+$"))
    student.goto("/notices/")
    expect(student.get_by_role("button", name=f"New: Editor answered you in “{QUESTION}”")).to_have_count(0)


def test_notices_are_read_without_scripts(visit: Callable[..., Visit], sessions: Callable[[str], StorageState]) -> None:
    page = visit(storage_state=sessions("student"), java_script_enabled=False).page
    page.goto("/notices/wishes/")
    page.get_by_role("group", name="Somebody answers you").get_by_label("By mail").select_option("never")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("status")).to_contain_text("Your wishes are kept.")
    page.get_by_role("link", name=re.compile("^Notices")).click()
    expect(page.get_by_role("heading", name="Notices", level=1)).to_be_visible()


def ask(page: Page) -> str:
    """The address of a new thread."""
    page.goto(f"{ADDRESS}discussion/")
    page.locator(".new-thread summary").click()
    page.get_by_label("Title").fill(QUESTION)
    page.locator(".new-thread textarea").fill("It rang, and I was not looking.")
    take_time(page)
    page.locator(".new-thread button").last.click()
    page.wait_for_url("**/discussions/*/**")
    return page.url.partition("#")[0]


def answer(page: Page, thread: str) -> None:
    page.goto(thread)
    page.get_by_label("Your text").fill("Because somebody answered.")
    take_time(page)
    page.get_by_role("button", name="Post reply").click()
    expect(page.locator(".post", has_text="Because somebody answered.")).to_be_visible()
