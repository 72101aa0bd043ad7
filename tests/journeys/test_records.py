"""What is kept of runs, in a browser: named, pinned, chosen, compared, shared with somebody who then sees it no more."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.journeys.visits import Visit, console, field, run, status

pytestmark = pytest.mark.journey

TRAIN = """\
import time
import torch
w = torch.ones(1, requires_grad=True)
for step in range({steps}):
    loss = (w * {rate}).square().sum()
    loss.backward()
    print("step", step)
    time.sleep({pause})
"""


@pytest.fixture
def page(visit: Callable[..., Visit], sessions: Callable[[str], StorageState]) -> Page:
    return visit(storage_state=sessions("student")).page


def train(page: Page, *, rate: float = 1.0, steps: int = 20, pause: float = 0.0) -> str:
    """Runs code in the free lab; the address of the run's page."""
    page.goto("/lab/")
    run(page, TRAIN.format(rate=rate, steps=steps, pause=pause))
    link = page.get_by_role("link", name="Page of this run")
    expect(link).to_be_visible()
    address = link.get_attribute("href") or ""
    if not pause:
        expect(status(page)).to_contain_text("Finished")
    return address


def test_a_run_is_named_pinned_and_found(page: Page) -> None:
    page.goto(train(page))
    page.get_by_label("Name", exact=True).fill("My best curve")
    page.get_by_label("Note", exact=True).fill("Slow, but it gets there.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#record").get_by_role("status")).to_contain_text("Saved.")
    page.goto("/runs/")
    page.get_by_role("button", name="Pin My best curve").click()
    expect(page.locator(".pinned")).to_contain_text("My best curve")
    page.get_by_label("Outcome").select_option("failed")
    expect(page).to_have_url(re.compile("outcome=failed"))
    expect(page.locator(".pinned")).to_have_count(0)
    page.get_by_label("Outcome").select_option("")
    page.get_by_role("button", name="Unpin My best curve").click()
    expect(page.locator(".pinned")).to_have_count(0)


def test_two_runs_are_compared(page: Page) -> None:
    train(page, rate=1.0)
    train(page, rate=2.0)
    page.goto("/runs/")
    for box in page.get_by_role("checkbox").all()[:2]:
        box.check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("img", name=re.compile("^loss by step. A, .* B, "))).to_be_visible()
    changes = page.get_by_role("region", name="Changes from A to B")
    expect(changes.locator(".removed code")).to_have_text("    loss = (w * 1.0).square().sum()")
    expect(changes.locator(".added code")).to_have_text("    loss = (w * 2.0).square().sum()")


def test_a_link_is_watched_live_and_taken_back(visit: Callable[..., Visit], page: Page) -> None:
    page.goto(train(page, steps=600, pause=0.1))
    page.get_by_label("Whoever has the link").check()
    page.get_by_role("button", name="Share").click()
    link = page.get_by_label("The link", exact=True).input_value()
    guest = visit()
    guest.page.goto(link)
    expect(console(guest.page)).to_contain_text("step 3")
    expect(guest.page.get_by_role("button", name="Stop")).to_have_count(0)
    guest.expected |= {403, 404}
    page.get_by_label("Only you").check()
    page.get_by_role("button", name="Change", exact=True).click()
    expect(guest.page.get_by_text("it is not shared with you any more")).to_be_visible()
    guest.page.goto(link)
    expect(guest.page.get_by_role("heading", name="There is nothing at this address")).to_be_visible()
    expect(console(page)).to_contain_text("step 5")  # its owner goes on
    page.get_by_role("button", name="Stop").click()
    expect(status(page)).to_contain_text("Stopped")


def test_a_public_run_is_opened_in_somebody_else_s_lab(visit: Callable[..., Visit], page: Page) -> None:
    page.goto(train(page, rate=3.0))
    page.get_by_label("Everybody").check()
    page.get_by_role("button", name="Share").click()
    link = page.get_by_label("The link", exact=True).input_value()
    guest = visit().page
    guest.goto(link)
    expect(console(guest)).to_contain_text("step 19")
    guest.get_by_role("link", name="Open in my lab").first.click()
    expect(guest).to_have_url(re.compile("/lab/"))
    expect(field(guest)).to_have_value(re.compile(r"w \* 3\.0"))
