"""The frame of the lab: its tabs, the whole window, and runs that outlast a page, a line and a tab."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.journeys.visits import ADDRESS, Visit, console, run, status

pytestmark = pytest.mark.journey

COUNT = """
import time
for number in range(60):
    print("number", number)
    time.sleep(0.1)
"""
ALL = [f"number {number}" for number in range(60)]


@pytest.fixture
def page(visit: Callable[..., Visit], sessions: Callable[[str], StorageState]) -> Page:
    page = visit(storage_state=sessions("student")).page
    page.goto(ADDRESS)
    return page


def test_tabs_are_walked_with_the_arrow_keys(page: Page) -> None:
    tabs = page.get_by_role("tablist", name="What the run shows")
    tabs.get_by_role("tab", name="Output").focus()
    for key, name in (("ArrowRight", "Graph"), ("End", "Inspect"), ("ArrowRight", "Output"), ("ArrowLeft", "Inspect")):
        page.keyboard.press(key)
        expect(tabs.get_by_role("tab", name=name)).to_be_focused()
        expect(tabs.get_by_role("tab", selected=True)).to_have_text(name)
        expect(page.get_by_role("tabpanel", name=name, exact=True)).to_be_visible()
    expect(page.locator(".lab-panel:visible")).to_have_count(1)


def test_the_lab_takes_the_whole_window_and_gives_it_back(page: Page) -> None:
    button = page.get_by_role("button", name="Full screen")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    box, size = page.locator("kindling-lab").bounding_box(), page.viewport_size
    assert box is not None
    assert size is not None
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, size["width"], size["height"])
    heading = page.get_by_role("heading", level=1)
    assert heading.evaluate("heading => heading.closest('[inert]') !== null")  # what is covered is out of reach
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert heading.evaluate("heading => heading.closest('[inert]') === null")


def test_without_a_gpu_there_is_no_device_to_choose(page: Page) -> None:
    with page.expect_response(re.compile("devices.json")) as answer:
        page.locator("kindling-lab").hover()
    assert [each["device"] for each in answer.value.json()["devices"]] == ["cpu"]
    expect(page.get_by_label("Train on")).to_be_hidden()


def test_a_page_that_is_loaded_again_shows_the_run_whole(page: Page) -> None:
    run(page, COUNT)
    expect(console(page)).to_contain_text("number 9")
    page.reload()
    expect_all(page)


def test_a_line_that_was_cut_is_taken_up_where_it_ended(page: Page) -> None:
    run(page, COUNT)
    expect(console(page)).to_contain_text("number 5")
    page.context.set_offline(True)
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    expect_all(page)


def test_two_tabs_see_the_same_run(page: Page) -> None:
    run(page, COUNT)
    expect(console(page)).to_contain_text("number 5")
    other = page.context.new_page()
    other.goto(ADDRESS)
    for each in (page, other):
        expect_all(each)
    other.close()


def expect_all(page: Page) -> None:
    """Every line, once and in order, of a run that has ended."""
    expect(status(page)).to_have_text(re.compile("^Finished"))
    assert re.findall(r"number \d+", console(page).inner_text()) == ALL
