"""What a run tells beside its console, and what can be asked of it while it goes on."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, StorageState, expect

from tests.journeys.visits import ADDRESS, PROJECT, Visit, console, run, status

pytestmark = pytest.mark.journey

SLOW = """
import time
import torch
torch.manual_seed(0)
weight = torch.ones(1, requires_grad=True)
optimizer = torch.optim.SGD([weight], lr=0.01)
for step in range(400):
    loss = ((weight - 2) ** 2).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    time.sleep(0.02)
"""
DRAW = "import matplotlib.pyplot as plt\nplt.plot([3, 2, 1])\nplt.title('falling')\nplt.show()\n"
DIVERGE = SLOW.replace("lr=0.01", "lr=40.0").replace("0.02", "0.002")


@pytest.fixture
def page(visit: Callable[..., Visit], sessions: Callable[[str], StorageState]) -> Page:
    page = visit(storage_state=sessions("student")).page
    page.goto(ADDRESS)
    return page


def test_a_run_is_paused_stepped_and_resumed(page: Page) -> None:
    run(page, SLOW)
    expect(status(page)).to_have_text(re.compile(r"^step \d+/400"))
    press(page, "Pause")
    expect(status(page)).to_have_text(re.compile(r"^Paused.*step \d+/400"))
    before = read_step(page)
    press(page, "Step")
    expect(status(page)).to_have_text(re.compile(rf"^Paused.*step {before + 1}/400"))
    press(page, "Resume")
    expect(status(page)).to_have_text(re.compile(r"^step \d+/400"))
    press(page, "Stop")
    expect(status(page)).to_have_text(re.compile("^Stopped by you"))
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_disabled()


def test_the_chapter_s_curve_and_an_earlier_run_lie_over_a_run_s_own(page: Page) -> None:
    for _ in range(2):
        run_to_end(page)
    page.get_by_text("Compare with").click()
    for box in (0, 1):
        page.locator(".chart-beside").get_by_role("checkbox").nth(box).check()
    keys = page.locator(".chart-key")
    expect(keys).to_have_text([re.compile("^loss"), re.compile("^The chapter’s solution"), re.compile("^Run of ")])
    expect(page.get_by_role("img", name=re.compile(r"The chapter’s solution \(for comparison\)"))).to_be_visible()


def test_a_project_s_checks_are_told_in_the_lab_and_on_the_run_s_page(page: Page) -> None:
    names = [check["name"] for check in PROJECT["checks"]]
    run(page, PROJECT["code"])
    expect(checks(page)).to_have_text([f"✓Passed: {name}" for name in names])
    page.get_by_role("link", name="Page of this run").click()
    expect(checks(page)).to_have_text([f"✓Passed: {name}" for name in names])


def test_a_check_that_is_missed_says_what_came_instead(page: Page) -> None:
    run(page, PROJECT["code"].replace("range(500)", "range(5)"))
    expect(checks(page).first).to_contain_text(f"Not passed: {PROJECT['checks'][0]['name']}")
    expect(checks(page).first).to_contain_text("For model(x): expected about 50, got")


def test_a_figure_is_seen_where_it_was_drawn(page: Page) -> None:
    run(page, DRAW)
    picture = console(page).get_by_role("img")
    expect(picture).to_have_count(1)
    assert picture.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 100


def test_a_training_that_goes_wrong_is_told_why(page: Page) -> None:
    run(page, DIVERGE)
    expect(page.get_by_role("region", name="Diagnosis")).to_contain_text("learning rate")


def run_to_end(page: Page) -> None:
    """Until this very run is over: what the last one left stands there for another moment."""
    address = page.locator("[data-role=page]")
    before = page.locator("kindling-lab").evaluate(
        "lab => customElements.whenDefined('kindling-lab').then(() => lab.page.getAttribute('href'))"
    )
    run(page)
    expect(address).not_to_have_attribute("href", before or "")
    expect(status(page)).to_contain_text("Finished")


def checks(page: Page) -> Locator:
    return page.get_by_role("region", name="Checks").get_by_role("listitem")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def read_step(page: Page) -> int:
    found = re.search(r"step (\d+)/", status(page).inner_text())
    assert found
    return int(found[1])
