"""What readers keep: marked passages, notes and bookmarks, by mouse and keyboard, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, StorageState, expect

from tests.journeys.test_accessibility import list_faults
from tests.journeys.visits import ADDRESS, CHAPTER, Visit, log_in
from tests.product import Product

pytestmark = pytest.mark.journey

Sessions = Callable[[str], StorageState]
WORDS = "a short nose"
SELECT = """words => {
  const texts = document.createTreeWalker(document.querySelector('.chapter-text'), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const at = texts.currentNode.data.indexOf(words);
    if (at < 0) continue;
    texts.currentNode.parentElement.scrollIntoView({ block: 'center' });
    getSelection().setBaseAndExtent(texts.currentNode, at, texts.currentNode, at + words.length);
    return;
  }
}"""
MARKED = "() => [...CSS.highlights].flatMap(([name, ranges]) => [...ranges].map(range => `${name} ${range}`))"


def test_a_passage_is_marked_and_found_again(visit: Callable[..., Visit], sessions: Sessions) -> None:
    """Two tabs, one note: marked by mouse in one, changed by keyboard in the other, deleted and brought back."""
    opened = visit(storage_state=sessions("student"), permissions=["clipboard-read", "clipboard-write"])
    page, other = open_chapter(opened), open_chapter(opened)
    select(page, WORDS)
    tools = page.get_by_role("toolbar", name="For the marked words")
    tools.get_by_role("button", name="Copy link").click()
    expect(page.locator(".said")).to_contain_text("copied")
    assert f"#introduction:~:text=ears%2C%20perhaps%3B%20whiskers%3B-,{WORDS.replace(' ', '%20')},-." in read_clipboard(
        page
    )
    select(page, WORDS)
    page.keyboard.press("m")
    expect(tools.get_by_role("button", name="Highlight")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_contain_text("Highlighted")
    assert page.evaluate(MARKED) == [f"note-important {WORDS}"]
    other.reload()
    expect(other.get_by_role("link", name="Notes (1)")).to_be_visible()
    assert other.evaluate(MARKED) == [f"note-important {WORDS}"]
    other.keyboard.press("n")
    panel = other.get_by_role("dialog", name="Your notes")
    panel.get_by_role("button", name="Add words").click()
    panel.get_by_label("Your note on these words").fill("<b>Whose?</b>")
    panel.get_by_role("radio", name="Question").check()
    other.keyboard.press("Control+Enter")
    expect(panel.locator(".note-body")).to_have_text("<b>Whose?</b>")
    assert other.evaluate(MARKED) == [f"note-question {WORDS}"]
    other.evaluate(Axe().axe_script)
    assert list_faults(other, (1440, 320)) == []
    panel.get_by_role("button", name="Delete").click()
    expect(panel).to_contain_text("Nothing is marked in this chapter yet")
    other.get_by_role("button", name="Undo").click()
    expect(panel.locator(".note-body")).to_be_visible()
    other.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_a_section_is_noted_and_bookmarked_by_keyboard(visit: Callable[..., Visit], sessions: Sessions) -> None:
    page = open_chapter(visit(storage_state=sessions("student")))
    page.keyboard.press("j")
    page.keyboard.press("m")
    expect(page.get_by_label("Your note on “Introduction”")).to_be_focused()
    page.keyboard.type("All of this?")
    page.get_by_role("button", name="Save", exact=True).click()
    panel = page.get_by_role("dialog", name="Your notes")
    expect(panel.locator(".note-body", has_text="All of this?")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("b")
    expect(page.locator(".said")).to_contain_text("Bookmarked")
    page.get_by_role("button", name="Bookmark", exact=True).click()
    expect(page.get_by_role("button", name="Bookmarked", exact=True)).to_have_attribute("aria-pressed", "true")
    page.goto("/")
    marks = page.get_by_role("region", name="Bookmarks")
    expect(marks.get_by_role("link", name=CHAPTER.title)).to_be_visible()
    page.keyboard.press("?")
    page.goto(ADDRESS)
    page.keyboard.press("?")
    page.get_by_label("Switch single-letter keys off").check()
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    page.keyboard.press("n")
    expect(panel).to_be_hidden()


def test_what_a_visitor_marked_waits_for_them(visit: Callable[..., Visit], live: Product) -> None:
    page = open_chapter(visit())
    select(page, WORDS)
    page.get_by_role("button", name="Note", exact=True).click()
    link = page.locator(".said").get_by_role("link", name="Log in")
    expect(link).to_have_attribute("href", f"/accounts/login/?next={ADDRESS}")
    log_in(page, live.logins["moderator"])
    page.goto(ADDRESS)
    expect(page.get_by_label("Your note on these words")).to_be_focused()
    expect(page.locator(".notes-panel blockquote")).to_have_text(WORDS)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Show", exact=True)).to_be_focused()


def test_notes_need_no_script(visit: Callable[..., Visit], sessions: Sessions) -> None:
    page = visit(java_script_enabled=False, storage_state=sessions("editor")).page
    page.goto(ADDRESS)
    page.get_by_role("main").get_by_role("link", name="Notes").click()
    page.get_by_label("On section").select_option("quiz")
    page.get_by_label("Your note").fill("Do it again.")
    page.get_by_role("button", name="Keep this note").click()
    expect(page.locator(".note-body")).to_have_text("Do it again.")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".note-body")).to_be_visible()
    page.goto(ADDRESS)
    page.get_by_role("button", name="Bookmark").click()
    expect(page.get_by_role("link", name=CHAPTER.title).last).to_be_visible()


def open_chapter(visit: Visit) -> Page:
    """The chapter in a tab of its own, with what is fetched after the page."""
    page = visit.context.new_page()
    page.goto(ADDRESS)
    expect(page.locator(".passage-tools")).to_be_attached()
    return page


def select(page: Page, words: str) -> None:
    page.bring_to_front()
    page.evaluate(SELECT, words)
    expect(page.get_by_role("toolbar", name="For the marked words")).to_be_visible()


def read_clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))
