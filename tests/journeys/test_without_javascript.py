"""Reading, the quiz, the discussion and running code need no JavaScript; and what does need it is not offered."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.journeys.visits import ADDRESS, CHAPTER, Visit, answer, right_choices, wrong_choice

pytestmark = pytest.mark.journey

KEY = next(iter(CHAPTER.quizzes))
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def page(visit: Callable[..., Visit]) -> Page:
    return visit(java_script_enabled=False).page


def test_a_chapter_is_read_to_its_end(page: Page) -> None:
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name=CHAPTER.title).click()
    for section in CHAPTER.outline:
        expect(page.locator(f"#{section['id']} h2")).to_contain_text(section["title"])
    page.get_by_role("navigation", name="Contents").get_by_role("link", name="FAQ").click()
    expect(page).to_have_url(re.compile("#faq$"))
    answer = page.locator("article.faq").first
    answer.locator("summary").click()
    expect(answer.locator("details p").last).to_be_visible()


def test_a_question_is_answered_wrong_then_right(page: Page) -> None:
    page.goto(ADDRESS)
    wrong, reason = wrong_choice(KEY)
    verdict = answer(page.locator(f"#{KEY}"), [wrong])
    expect(verdict).to_contain_text("Not quite. Choose again.")
    expect(verdict).to_contain_text(reason)
    expect(answer(page.locator(f"#{KEY}"), right_choices(KEY))).to_contain_text("Correct.")
    page.get_by_role("link", name="Back to the chapter").click()
    expect(page).to_have_url(re.compile(f"{ADDRESS}#{KEY}$"))
    expect(page.locator("#finish .missing")).to_contain_text(
        f"Answer questions 2 to {len(CHAPTER.quizzes)} of the quiz"
    )


def test_the_discussion_is_a_page_of_its_own(page: Page) -> None:
    page.goto(ADDRESS)
    page.get_by_role("link", name="Read and join the discussion").click()
    expect(page.get_by_role("heading", name="Discussion")).to_be_visible()
    page.get_by_role("link", name="Oldest").click()
    expect(page.get_by_role("link", name="Oldest")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="Back to the chapter").click()
    expect(page.get_by_role("heading", name=CHAPTER.title, level=1)).to_be_visible()


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
def test_nothing_is_offered_that_would_not_work(
    visit: Callable[..., Visit], sessions: Callable[[str], StorageState], viewport: dict[str, int] | None
) -> None:
    options = {"viewport": viewport} if viewport else {}
    page = visit(java_script_enabled=False, storage_state=sessions("student"), **options).page
    page.goto(ADDRESS)
    expect(page.get_by_role("navigation", name="Contents").get_by_role("link", name="FAQ")).to_be_visible()
    controls = page.locator("button:visible, select:visible, [role=button]:visible").all()
    assert [one.inner_text() for one in controls if not one.evaluate("one => one.form?.action")] == []
    expect(page.get_by_role("log", name="Console")).to_be_hidden()


def test_code_is_run_and_its_end_seen(visit: Callable[..., Visit], sessions: Callable[[str], StorageState]) -> None:
    page = visit(java_script_enabled=False, storage_state=sessions("student")).page
    page.goto("/lab/")
    page.get_by_label("Code", exact=True).fill("import time\nprint('begun')\ntime.sleep(2)\nprint('ended')\n")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page).to_have_url(re.compile(r"/runs/[0-9a-f-]{36}/\?plain$"))
    expect(page.get_by_label("Console")).to_contain_text("ended")  # the page has loaded itself again meanwhile
    expect(page.get_by_text("Finished")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


def test_a_run_is_stopped(visit: Callable[..., Visit], sessions: Callable[[str], StorageState]) -> None:
    page = visit(java_script_enabled=False, storage_state=sessions("student")).page
    page.goto("/lab/")
    page.get_by_label("Code", exact=True).fill("import time\nprint('begun')\ntime.sleep(60)\n")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_label("Console")).to_contain_text("begun")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("■ Stopped")).to_be_visible()


def test_code_that_is_refused_is_not_lost(visit: Callable[..., Visit], sessions: Callable[[str], StorageState]) -> None:
    each = visit(java_script_enabled=False, storage_state=sessions("student"))
    each.expected.add(413)
    each.page.goto("/lab/")
    each.page.get_by_label("Code", exact=True).fill("#" * (256 * 1024 + 1))
    each.page.get_by_role("button", name="Run", exact=True).click()
    expect(each.page.get_by_role("alert")).to_contain_text("longer than 256 KB")
    expect(each.page.get_by_label("Your code")).to_have_value(re.compile("^#+$"))
