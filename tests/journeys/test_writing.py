"""Writing in the lab of a real chapter, on the running product."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, StorageState, expect

from tests.journeys.visits import ADDRESS, PROJECT, Visit, field, run, status, write

pytestmark = pytest.mark.journey

FAILS = "import torch\n\ndef train(model):\n    return model(torch.ones(1, 3))\n\ntrain(torch.nn.Linear(4, 1))\n"
ENDS = "print('tried')\n"


@pytest.fixture
def open_chapter(visit: Callable[..., Visit], sessions: Callable[[str], StorageState]) -> Callable[[], Visit]:
    """Opens the chapter as the same student, each time in a browser of its own."""

    def open_it() -> Visit:
        opened = visit(storage_state=sessions("student"))
        opened.page.goto(ADDRESS)
        expect(code(opened.page)).to_be_visible()
        return opened

    return open_it


def code(page: Page) -> Locator:
    return page.locator(".cm-content").and_(page.get_by_role("textbox", name="Code", exact=True))


def saved(page: Page) -> Locator:
    return page.locator(".editor-kept").get_by_text("Saved", exact=True)


def test_code_is_typed_run_by_keys_and_there_on_the_next_device(open_chapter: Callable[[], Visit]) -> None:
    page = open_chapter().page
    write(page, "")
    code(page).focus()
    page.keyboard.type("for x in range(2):\nprint('here', x)")
    expect(field(page)).to_have_value("for x in range(2):\n    print('here', x)")
    page.keyboard.press("j")  # a letter, not a step to the next section
    page.keyboard.press("Backspace")
    expect(saved(page)).to_be_visible()
    elsewhere = open_chapter().page
    expect(field(elsewhere)).to_have_value("for x in range(2):\n    print('here', x)")
    write(elsewhere, "print('from elsewhere')\n")
    expect(saved(elsewhere)).to_be_visible()


def test_a_page_that_is_older_asks_before_it_overwrites(open_chapter: Callable[[], Visit]) -> None:
    older, newer = open_chapter(), open_chapter()
    write(newer.page, "print('newer')\n")
    expect(saved(newer.page)).to_be_visible()
    older.expected.add(409)
    write(older.page, "print('older')\n")
    expect(older.page.get_by_role("alert")).to_contain_text("You changed this code on another page or device since.")
    older.page.get_by_role("button", name="Take the other one").click()
    expect(field(older.page)).to_have_value("print('newer')\n")


def test_the_line_at_fault_is_marked_after_the_run_and_when_one_returns(open_chapter: Callable[[], Visit]) -> None:
    page = open_chapter().page
    run(page, FAILS)
    expect(status(page)).to_have_text(re.compile("^Ended by an error"))
    expect(code(page).locator(".cm-problem")).to_have_text("    return model(torch.ones(1, 3))")
    expect(code(page).locator(".cm-message")).to_contain_text("RuntimeError: mat1 and mat2 shapes")
    expect(saved(page)).to_be_visible()
    page.reload()
    expect(code(page).locator(".cm-message")).to_contain_text("RuntimeError: mat1 and mat2 shapes")


def test_the_solution_opens_after_a_run_of_one_s_own(open_chapter: Callable[[], Visit]) -> None:
    page = open_chapter().page
    [line, *_] = set(PROJECT["solution"].splitlines()) - set(PROJECT["code"].splitlines())
    assert line not in page.content()
    run(page, ENDS)
    expect(status(page)).to_have_text(re.compile("^Finished"))
    page.get_by_role("button", name="Solution").click()
    expect(field(page)).to_have_value(PROJECT["solution"])
    page.get_by_role("button", name="Bring my code back").click()
    expect(field(page)).to_have_value(ENDS)
    page.get_by_role("button", name="Reset the code").click()
    expect(field(page)).to_have_value(PROJECT["code"])
    expect(saved(page)).to_be_visible()
