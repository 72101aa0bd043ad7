"""Somebody looks for something: on the page without scripts, in the palette by keyboard, and among hostile texts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Dialog, Page, StorageState, expect

from tests.journeys.test_accessibility import list_faults
from tests.journeys.visits import ADDRESS, CHAPTER, Visit, take_time

pytestmark = pytest.mark.journey

PHONE = {"width": 390, "height": 844}
EVIL = "zeta <img src=x onerror=alert(1)><script>alert(2)</script> javascript:alert(3)"


def test_without_scripts_a_section_is_found(visit: Callable[..., Visit]) -> None:
    page = visit(java_script_enabled=False).page
    page.goto("/")
    page.get_by_role("banner").get_by_role("link", name="Search").click()
    page.get_by_label("Search for").fill("backword pass")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("Showing results for backward pass")
    page.get_by_role("heading", level=3).first.get_by_role("link").click()
    expect(page).to_have_url(re.compile(rf"{ADDRESS}#[\w-]+$"))


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
def test_the_palette_leads_to_a_section(visit: Callable[..., Visit], viewport: dict[str, int] | None) -> None:
    opened = visit(**({"viewport": viewport} if viewport else {}))
    page = opened.page
    page.goto(ADDRESS)
    page.keyboard.press("/")
    section = next(each for each in CHAPTER.outline if each["id"] == "common-mistakes")
    page.keyboard.type(section["title"][:-2].lower())  # not to its end
    expect(page.locator("[role=option][aria-selected=true]")).to_contain_text(section["title"])
    page.evaluate(Axe().axe_script)
    assert list_faults(page, (viewport["width"] if viewport else 1440, 320), "dialog.palette") == []
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#common-mistakes$"))
    expect(page.locator("dialog.palette")).not_to_be_visible()


def test_nothing_that_people_write_runs(visit: Callable[..., Visit], sessions: Callable[[str], StorageState]) -> None:
    opened = visit(storage_state=sessions("student"))
    page = opened.page
    said: list[str] = []

    def hear(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", hear)
    write_thread(page)
    for query in ("zeta", "zeta or <script>alert(4)</script>"):
        page.goto(f"/search/?q={query}")
        expect(page.get_by_role("heading", name=re.compile("zeta <img"))).to_be_visible()
        page.keyboard.press("Control+k")
        page.keyboard.type(query)
        expect(page.get_by_role("option", name=re.compile("zeta <img"))).to_be_visible()
        page.keyboard.press("Escape")
    assert said == []


def write_thread(page: Page) -> None:
    page.goto(f"{ADDRESS}discussion/")
    page.get_by_text("Ask a question or start a talk").click()
    page.get_by_label("Title").fill(EVIL)
    page.get_by_label("Your text").fill(f"{EVIL}\n\n    {EVIL}")
    take_time(page)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page).to_have_url(re.compile("/discussions/"))
