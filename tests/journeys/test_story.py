"""The story that the house is built for: a newcomer reads, signs up, trains, answers, asks, finishes, and comes back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.visits import (
    ADDRESS,
    CHAPTER,
    PROJECT,
    Visit,
    answer,
    console,
    field,
    log_in,
    printed,
    read_sections,
    right_choices,
    run,
    status,
    take_time,
    wrong_choice,
)
from tests.product import Login

pytestmark = pytest.mark.journey

NEWCOMER = Login(email="ada@example.org", password="nine brass cogwheels")
NAME = "Ada"
SECTIONS = [section["id"] for section in CHAPTER.outline]
FIRST_SECTIONS, QUESTIONS = SECTIONS[:2], list(CHAPTER.quizzes)
EARLY, REST = QUESTIONS[0], QUESTIONS[1:]
TITLE = "Why does the bias start so high?"

COUNT = 40
SLOWLY = f"""
import time
for step in range({COUNT}):
    print("line", step)
    time.sleep(0.1)
"""
ENDLESSLY = """
print("going")
while True:
    pass
"""


def test_from_the_first_page_to_a_finished_chapter_and_back_tomorrow(visit: Callable[..., Visit]) -> None:
    first = visit()
    read_as_visitor(first.page)
    sign_up(first.page)
    find_what_the_visitor_did(first.page)
    train(first.page)
    page = leave_during_a_run_and_return(first.page)
    stop_an_endless_run(page)
    answer_the_rest(page)
    ask_and_reply(page)
    finish(page)
    log_out(page)
    tomorrow = visit().page
    log_in(tomorrow, NEWCOMER)
    find_everything(tomorrow)


def read_as_visitor(page: Page) -> None:
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name=CHAPTER.title).click()
    expect(page).to_have_url(re.compile(f"{ADDRESS}$"))
    expect(page.get_by_role("link", name="Log in to run")).to_be_visible()
    with page.expect_response(lambda response: response.url.endswith("/progress/")) as recorded:
        read_sections(page, FIRST_SECTIONS)
    assert recorded.value.status == 204
    expect(answer(page.locator(f"#{EARLY}"), right_choices(EARLY))).to_contain_text("Correct.")


def sign_up(page: Page) -> None:
    page.get_by_role("banner").get_by_role("link", name="Sign up").click()
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("E-mail address").fill(NEWCOMER.email)
    page.get_by_label("Password").fill(NEWCOMER.password)
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Code").fill(fetch_code(page))
    page.get_by_role("button", name="Confirm").click()
    expect(page).to_have_url(re.compile(f"{ADDRESS}$"))
    expect(page.get_by_role("banner").get_by_role("link", name=NAME)).to_be_visible()


def fetch_code(page: Page) -> str:
    """From the mailbox, in another tab."""
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    mailbox = page.context.new_page()
    mailbox.goto("/mailbox/")
    code = mailbox.locator(".mail", has_text=NEWCOMER.email).get_by_label("Code").input_value()
    mailbox.close()
    return code


def find_what_the_visitor_did(page: Page) -> None:
    for key in FIRST_SECTIONS:
        expect(page.locator(f'.contents li:has([href="#{key}"])')).to_have_attribute("data-read", "")
    missing = page.locator("#finish .missing")
    expect(missing).to_contain_text(f"Answer questions 2 to {len(QUESTIONS)} of the quiz")
    expect(missing).to_contain_text(f"Read sections 3 to {len(SECTIONS)}")
    expect(missing).to_contain_text(f"Run “{PROJECT['title']}” until it reaches its goal")


def train(page: Page) -> None:
    run(page)
    expect(status(page)).to_contain_text("Finished · last loss 0.10")
    expect(printed(page)).to_have_text(PROJECT["output"])
    expect(page.locator(".chart-plot canvas")).to_be_visible()
    expect(page.locator(".chart-plot")).to_have_accessible_name(re.compile(r"^loss by step: last 0\.10\d+ at step 500"))
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()


def leave_during_a_run_and_return(page: Page) -> Page:
    run(page, SLOWLY)
    expect(printed(page)).to_contain_text("line 2")
    expect(status(page)).to_have_text("Running")
    returned = page.context.new_page()
    page.close()
    returned.goto(ADDRESS)
    expect(field(returned)).to_have_value(SLOWLY)
    expect(status(returned)).to_have_text("Finished")
    expect(printed(returned)).to_have_text(" ".join(f"line {step}" for step in range(COUNT)))
    return returned


def stop_an_endless_run(page: Page) -> None:
    run(page, ENDLESSLY)
    expect(printed(page)).to_have_text("going")
    page.get_by_role("button", name="Stop", exact=True).first.click()
    expect(status(page)).to_have_text("Stopped by you")
    page.get_by_role("button", name="Reset the code").click()
    expect(field(page)).to_have_value(PROJECT["code"])


def answer_the_rest(page: Page) -> None:
    wrong, reason = wrong_choice(REST[0])
    verdict = answer(page.locator(f"#{REST[0]}"), [wrong])
    expect(verdict).to_contain_text("Not quite.")
    expect(verdict).to_contain_text(reason)
    for key in REST:
        expect(answer(page.locator(f"#{key}"), right_choices(key))).to_contain_text("Correct.")


def ask_and_reply(page: Page) -> None:
    page.locator("#discussion").scroll_into_view_if_needed()
    page.get_by_text("Ask a question or start a talk").click()
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("Your text").fill("It is **0.79**, not 0. `bias` has time, has it not?")
    take_time(page)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(page.locator(".post strong")).to_have_text("0.79")
    page.locator(".thread > kindling-composer textarea").fill("The valley is narrow: it takes more epochs.")
    take_time(page)
    page.get_by_role("button", name="Post reply").click()
    expect(page.locator(".post")).to_have_count(2)
    expect(page.locator(".post").last).to_contain_text("The valley is narrow")


def finish(page: Page) -> None:
    page.goto(ADDRESS)
    panel = page.locator("#finish")
    panel.get_by_role("button", name="Check again").click()
    expect(panel.locator(".missing")).to_contain_text(re.compile("Read sections? "))
    expect(panel).not_to_contain_text("of the quiz")
    expect(panel).not_to_contain_text("until it reaches its goal")
    read_sections(page, SECTIONS)
    panel.scroll_into_view_if_needed()
    panel.get_by_role("button", name="Finish this chapter").click()
    expect(panel.get_by_role("heading", name="Chapter finished")).to_be_visible()


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Log in")).to_be_visible()


def find_everything(page: Page) -> None:
    page.goto("/")
    expect(page.locator(".path li", has_text=CHAPTER.title)).to_contain_text("Finished")
    find_the_chapter_finished(page)
    find_the_answers(page)
    find_the_runs(page)
    find_the_thread(page)


def find_the_chapter_finished(page: Page) -> None:
    page.goto(ADDRESS)
    expect(page.get_by_role("heading", name="Chapter finished")).to_be_visible()
    expect(page.locator(".contents li[data-read]")).to_have_count(len(SECTIONS))
    expect(status(page)).to_have_text("Stopped by you")
    expect(printed(page)).to_have_text("going")
    expect(console(page).locator(".aside")).to_have_count(1)


def find_the_answers(page: Page) -> None:
    page.goto(f"{ADDRESS}#quiz")
    for key in QUESTIONS:
        expect(page.locator(f"#{key} .result")).to_contain_text("Correct.")


def find_the_runs(page: Page) -> None:
    page.get_by_role("link", name="Runs").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    trained = page.locator("tbody tr").last
    expect(trained).to_contain_text("Finished")
    trained.get_by_role("link").click()
    expect(printed(page)).to_have_text(PROJECT["output"])
    expect(field(page)).to_have_value(PROJECT["code"])
    expect(page.locator(".chart-plot canvas")).to_be_visible()
    expect(page.get_by_text("✓ Reached")).to_be_visible()


def find_the_thread(page: Page) -> None:
    page.goto(ADDRESS)
    page.locator("#discussion").scroll_into_view_if_needed()
    page.get_by_role("link", name=TITLE).click()
    expect(page.locator(".post .author")).to_contain_text([NAME, NAME])
