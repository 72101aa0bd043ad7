"""Talk about a place of the text and about a run, in a browser: asked by one, opened in the lab by another."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, StorageState, expect

from tests.journeys.test_accessibility import list_faults
from tests.journeys.test_notes import select
from tests.journeys.test_records import train
from tests.journeys.visits import ADDRESS, CHAPTER, Visit, field, take_time

pytestmark = pytest.mark.journey

Sessions = Callable[[str], StorageState]


def post(page: Page, title: str) -> None:
    page.get_by_label("Title").fill(title)
    body = page.get_by_label("Your text")
    body.fill(f"{body.input_value()}\nWhy is that so?")
    take_time(page)
    page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()


def test_a_section_is_discussed_and_the_thread_leads_back(visit: Callable[..., Visit], sessions: Sessions) -> None:
    page = visit(storage_state=sessions("student")).page
    page.goto(ADDRESS)
    page.locator("#introduction").get_by_role("link", name=re.compile("^Discuss")).last.click()
    expect(page.locator(".talk-place")).to_contain_text("section “Introduction”")
    page.get_by_text("Ask or say something about section “Introduction”").click()
    post(page, "What is a nose?")
    page.evaluate(Axe().axe_script)
    assert list_faults(page, (1440, 320)) == []
    page.get_by_role("link", name="section “Introduction”").click()
    expect(page).to_have_url(re.compile(f"{ADDRESS}#introduction$"))
    expect(page.locator(".passage-tools")).to_be_attached()  # it listens from then on
    select(page, "a short nose")
    page.get_by_role("toolbar", name="For the marked words").get_by_role("button", name="Discuss").click()
    expect(page.get_by_label("Your text")).to_have_value("> a short nose\n\n")
    page.goto(f"{ADDRESS}discussion/")
    row = page.get_by_role("listitem").filter(has_text="What is a nose?")
    expect(row).to_contain_text("Question")
    page.get_by_role("link", name="Unanswered").click()
    expect(page.get_by_role("link", name="Unanswered")).to_have_attribute("aria-current", "true")
    expect(row).to_be_visible()
    page.evaluate(Axe().axe_script)
    assert list_faults(page, (1440, 320)) == []


def test_a_run_is_asked_about_and_opened_by_somebody_else(visit: Callable[..., Visit], sessions: Sessions) -> None:
    page = visit(storage_state=sessions("student")).page
    train(page)
    page.get_by_role("link", name="Ask about this run").click()
    page.get_by_role("main").get_by_role("link", name=CHAPTER.title).click()
    expect(page.get_by_text("Everybody will see the run you attach")).to_be_visible()
    post(page, "Does it learn?")
    card = page.get_by_role("complementary", name="Attached run")
    expect(card).to_contain_text("Finished")
    picture = card.get_by_role("img")
    picture.scroll_into_view_if_needed()
    page.wait_for_function("picture => picture.complete && picture.naturalWidth > 0", arg=picture.element_handle())
    page.evaluate(Axe().axe_script)
    assert list_faults(page, (1440, 320)) == []
    other = visit(storage_state=sessions("editor")).page
    other.goto(page.url)
    other.get_by_role("complementary", name="Attached run").get_by_role("link", name="Open in my lab").click()
    expect(field(other)).to_have_value(re.compile("loss.backward"))


def test_places_are_discussed_without_scripts(visit: Callable[..., Visit], sessions: Sessions) -> None:
    page = visit(storage_state=sessions("editor"), java_script_enabled=False).page
    page.goto(f"{ADDRESS}discussion/")
    page.locator("#new-thread > summary").click()
    page.get_by_label("What is it?").select_option("announcement")
    page.get_by_label("What is it about?").select_option("section:introduction")
    post(page, "Read this first")
    page.get_by_role("button", name="Following this thread: stop").click()
    expect(page.get_by_role("button", name="Follow this thread")).to_be_visible()
    page.goto(f"{ADDRESS}discussion/")
    expect(page.locator("[data-pinned]")).to_contain_text("Read this first")
