"""Whatever somebody throws at a page: an answer in plain words, nothing lost, nothing of ours broken."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import APIResponse, Locator, Page, StorageState, expect

from tests.journeys.visits import ADDRESS, CHAPTER, PROJECT, Visit, console, field, printed, run, status, write
from tests.product import Product
from workers.protocol import MAX_CODE_BYTES

pytestmark = pytest.mark.journey

FORGOTTEN_COLON = "for epoch in range(5)\n    print(epoch)\n"
RAISE = "def train():\n    raise ValueError('the loss is gone')\n\ntrain()\n"
FLOOD = "while True:\n    print('x' * 100)\n"
TOO_LONG = "#" * (MAX_CODE_BYTES + 1)
OURS = re.compile(r"workers/|site-packages|/harness|Traceback.*Traceback", re.DOTALL)


@pytest.fixture
def arrived(visit: Callable[..., Visit], sessions: Callable[[str], StorageState]) -> Visit:
    """A student, with no page open yet."""
    return visit(storage_state=sessions("student"))


@pytest.fixture
def student(arrived: Visit) -> Visit:
    """A student who has the chapter open."""
    arrived.page.goto(ADDRESS)
    return arrived


def test_empty_code_is_asked_for(student: Visit) -> None:
    student.expected.add(400)
    run(student.page, "  \n")
    expect(notice(student.page)).to_have_text("There is no code to run. Write some, or reset the listing.")
    expect(student.page.get_by_role("button", name="Run", exact=True)).to_be_enabled()


def test_code_over_256_kb_is_refused_and_stays_in_the_editor(student: Visit) -> None:
    student.expected.add(413)
    run(student.page, TOO_LONG)
    expect(notice(student.page)).to_have_text("The code is longer than 256 KB. Shorten it.")
    assert len(field(student.page).input_value()) == len(TOO_LONG)
    expect(status(student.page)).to_have_text("Ready")


def test_a_syntax_error_names_its_line(student: Visit) -> None:
    run(student.page, FORGOTTEN_COLON)
    expect(status(student.page)).to_have_text("Ended by an error in the code")
    expect(console(student.page)).to_contain_text("line 1")
    expect(console(student.page)).to_contain_text("SyntaxError: expected ':'")
    expect(console(student.page)).not_to_contain_text(OURS)


def test_an_exception_shows_the_student_s_lines_and_none_of_ours(student: Visit) -> None:
    run(student.page, RAISE)
    expect(status(student.page)).to_have_text("Ended by an error in the code")
    expect(console(student.page)).to_contain_text("line 2, in train")
    expect(console(student.page)).to_contain_text("ValueError: the loss is gone")
    expect(console(student.page)).not_to_contain_text(OURS)


def test_endless_printing_ends_at_a_limit_and_the_page_stays_light(student: Visit) -> None:
    run(student.page, FLOOD)
    expect(status(student.page)).to_have_text("Ended: it printed more than fits")
    expect(console(student.page).locator(".aside").last).to_contain_text("Your code printed more than")
    assert printed(student.page).count() <= 1000
    run(student.page, "print('well again')")
    expect(status(student.page)).to_have_text("Finished")


def test_a_visitor_is_told_to_log_in_and_keeps_the_code(visit: Callable[..., Visit]) -> None:
    page = visit().page
    page.goto(ADDRESS)
    write(page, "print('mine')")
    page.get_by_role("link", name="Log in to run").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.go_back()
    expect(field(page)).to_have_value("print('mine')")


def test_whose_session_has_ended_gets_a_link_to_log_in(student: Visit) -> None:
    student.expected.add(401)
    student.context.clear_cookies(name=re.compile("session"))
    run(student.page, "print('mine')")
    expect(notice(student.page)).to_contain_text("Log in to run code; your text stays as it is.")
    expect(notice(student.page).get_by_role("link", name="Log in")).to_be_visible()
    expect(field(student.page)).to_have_value("print('mine')")


@pytest.mark.parametrize("choice", ["z", "", "9" * 10_000])
def test_a_choice_that_does_not_exist_is_refused_in_words(arrived: Visit, live: Product, choice: str) -> None:
    answer = post(arrived, live, f"{ADDRESS}quiz/{next(iter(CHAPTER.quizzes))}/", choice)
    assert answer.status == 400
    assert "That choice does not belong to this question. Choose one of those shown here." in answer.text()


def test_a_question_that_does_not_exist_is_not_found(arrived: Visit, live: Product) -> None:
    answer = post(arrived, live, f"{ADDRESS}quiz/no-such-question/", "a")
    assert answer.status == 404
    assert "Traceback" not in answer.text()


def test_a_run_that_is_not_one_s_own_does_not_exist(arrived: Visit) -> None:
    arrived.expected.add(404)
    answered = arrived.page.goto(f"/runs/{uuid.uuid4()}/")
    assert answered
    assert answered.status == 404
    expect(arrived.page.get_by_role("main").get_by_role("heading")).to_be_visible()


def test_the_listing_comes_back_after_all_that(student: Visit) -> None:
    write(student.page, "")
    student.page.get_by_role("button", name="Reset the code").click()
    expect(field(student.page)).to_have_value(PROJECT["code"])


def notice(page: Page) -> Locator:
    return page.locator("[data-role=notice]")


def post(visit: Visit, product: Product, address: str, choice: str) -> APIResponse:
    """What no form of ours would send."""
    return visit.context.request.post(address, form={"choice": choice}, headers={"Origin": product.url.rstrip("/")})
