"""Predict, run, see: the project's question, its checks, what the engine recognises, in the lab and on the run's page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, StorageState, expect

from tests.journeys.visits import ADDRESS, PROJECT, Visit, run, status, write
from tests.product import Login

pytestmark = pytest.mark.journey

QUESTION = PROJECT["question"] or {}
NEWCOMER = Login(email="thales@example.org", password="an eclipse was foretold")
TOO_FAST = PROJECT["code"].replace("lr=0.01", "lr=0.15")


def test_a_newcomer_predicts_once_and_sees_what_came(visit: Callable[..., Visit]) -> None:
    page = visit().page
    join(page)
    page.goto(ADDRESS)
    expect(checks(page).get_by_role("heading")).to_have_text("Checked after every run that succeeds")
    press_run(page)
    expect(page.get_by_label(QUESTION["ask"])).to_be_focused()
    page.keyboard.type("200")
    page.keyboard.press("Enter")
    expect(verdict(page)).to_contain_text(re.compile(r"Mini project done: the loss ended at 0\.10\d, which is below 1"))
    expect(verdict(page)).to_contain_text("You said 200 epochs; the loss got below 10 at step 14 of 500.")
    expect(verdict(page).get_by_role("definition")).to_have_text(["200 epochs", "14 epochs"])
    expect(checks(page).get_by_role("heading")).to_have_text("All checks passed")
    page.locator("#finish").scroll_into_view_if_needed()
    expect(page.locator("#finish")).not_to_contain_text(f"Run “{PROJECT['title']}”")
    page.reload()
    expect(verdict(page)).to_contain_text("You said 200 epochs")
    press_run(page)
    expect(status(page)).to_contain_text("Finished")
    expect(verdict(page)).to_contain_text("Mini project done")
    expect(page.get_by_role("button", name="Skip and run")).to_have_count(0)


def test_a_run_that_falls_short_says_by_how_much(page: Page) -> None:
    run(page, PROJECT["code"].replace("range(500)", "range(50)"))
    expect(verdict(page)).to_contain_text(re.compile(r"Not done yet: the loss ended at 1\.\d+; the goal is below 1\."))
    page.get_by_role("link", name="Page of this run").click()
    expect(page.get_by_role("heading", name="Code")).to_be_visible()
    expect(verdict(page)).to_contain_text("Not done yet")


def test_a_loss_that_grows_is_recognised_and_leads_into_the_chapter(page: Page) -> None:
    run(page, TOO_FAST)
    panel = page.get_by_role("region", name="Diagnosis")
    expect(panel).to_contain_text("Evidence: loss")
    panel.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("#growing-loss$"))
    expect(page.get_by_role("heading", name="A loss that grows")).to_be_in_viewport()
    press_run_again(page)


@pytest.fixture
def page(visit: Callable[..., Visit], sessions: Callable[[str], StorageState]) -> Page:
    page = visit(storage_state=sessions("student")).page
    page.goto(ADDRESS)
    return page


def join(page: Page) -> None:
    page.goto("/")
    page.get_by_role("banner").get_by_role("link", name="Sign up").click()
    page.get_by_label("Name").fill("Thales")
    page.get_by_label("E-mail address").fill(NEWCOMER.email)
    page.get_by_label("Password").fill(NEWCOMER.password)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    mailbox = page.context.new_page()
    mailbox.goto("/mailbox/")
    code = mailbox.locator(".mail", has_text=NEWCOMER.email).get_by_label("Code").input_value()
    mailbox.close()
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Thales")).to_be_visible()


def press_run(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()


def press_run_again(page: Page) -> None:
    """With the project's own code: what was said about the other run is gone."""
    write(page, PROJECT["code"])
    press_run(page)
    expect(page.get_by_role("region", name="Diagnosis")).to_be_hidden()
    expect(status(page)).to_contain_text("Finished")


def checks(page: Page) -> Locator:
    return page.locator(".lab-checks")


def verdict(page: Page) -> Locator:
    return page.locator(".run-outcome")
