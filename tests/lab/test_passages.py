"""Where marked words are found again after an edit, in a real browser; and what is said when notes cannot be fetched."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.lab.conftest import Open

SCRIPT = """
import { describeRange, findAll, linkTo } from "./reading/passages.js";
import { show } from "./reading/painting.js";
Object.assign(window, { describeRange, findAll, linkTo, show });
"""
BODY = """<div class="chapter"><article class="chapter-text">
<section class="section" id="one"><h2><a href="#one"><b>1</b> First</a></h2>
<p>A loss is a number.
   A <em>loss</em> falls, and a loss falls again.</p><button>Copy</button></section>
<section class="section" id="two"><h2><a href="#two"><b>2</b> Second</a></h2><p>Nothing yet.</p></section>
</article></div>"""
MARK = """([words, nth]) => {
  const texts = document.createTreeWalker(document.querySelector('#one'), NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let seen = 0; texts.nextNode();) {
    for (let at = -1; (at = texts.currentNode.data.indexOf(words, at + 1)) >= 0;) {
      if (seen++ !== nth) continue;
      range.setStart(texts.currentNode, at);
      range.setEnd(texts.currentNode, at + words.length);
      return describeRange(range);
    }
  }
}"""
FIND = """note => {
  const range = findAll([{ id: 1, ...note }]).get(1);
  return range && [range.startContainer.parentElement.closest('.section').id, range.toString().replace(/\\s+/g, ' ')];
}"""
PAINT = """note => {
  show([{ id: 1, kind: 'question', ...note }]);
  return [...document.querySelectorAll('mark')].map(mark => `${mark.dataset.kind} ${mark.textContent.replace(/\\s+/g, ' ')}`);
}"""


@pytest.fixture
def page(stage: Open) -> Page:
    return stage(SCRIPT, BODY)


def mark(page: Page, words: str, nth: int = 0) -> Any:
    return page.evaluate(MARK, [words, nth])


def edit(page: Page, section: str, html: str) -> None:
    page.evaluate("([id, html]) => { document.querySelector(`#${id} p`).innerHTML = html; }", [section, html])


def test_a_selection_is_described_by_words_and_their_surroundings(page: Page) -> None:
    whole = page.evaluate("""() => {
      const range = document.createRange();
      range.selectNodeContents(document.querySelector('.chapter-text'));
      return describeRange(range);
    }""")
    assert (whole["section"], whole["start"]) == ("one", 0)
    assert whole["quote"] == "First A loss is a number. A loss falls, and a loss falls again."
    second = mark(page, "loss", 1)
    assert (second["quote"], second["prefix"][-6:], second["suffix"][:6]) == ("loss", "er. A ", " falls")
    assert page.evaluate("note => linkTo(note)", second).endswith(
        "#one:~:text=a%20number.%20A-,loss,-falls%2C%20and%20a"
    )


def test_words_are_found_again_by_what_surrounds_them(page: Page) -> None:
    second, third = mark(page, "loss", 1), mark(page, "loss", 2)
    edit(page, "one", "A new loss began this. A loss is a number. A loss falls, <b>and a</b> loss falls again.")
    found = [page.evaluate(FIND, note) for note in (second, third)]
    assert found == [["one", "loss"]] * 2
    places = page.evaluate(
        "notes => notes.map((note, id) => findAll([{ id, ...note }]).get(id)).map((range) => range.startContainer.data)",
        [second, third],
    )
    assert places == ["A new loss began this. A loss is a number. A loss falls, ", " loss falls again."]


def test_words_that_moved_are_found_and_those_that_left_are_not(page: Page) -> None:
    note = mark(page, "falls, and a loss")
    assert page.evaluate(FIND, note) == ["one", "falls, and a loss"]
    edit(page, "one", "Gone.")
    assert page.evaluate(FIND, note) is None
    edit(page, "two", "It falls,\n and a <em>loss</em> falls again.")
    assert page.evaluate(FIND, note) == ["two", "falls, and a loss"]
    page.evaluate("() => document.querySelector('#one').remove()")
    assert page.evaluate(FIND, note) == ["two", "falls, and a loss"]


def test_a_browser_without_highlights_is_given_marks(stage: Open) -> None:
    page = stage(SCRIPT, BODY, user_agent="A browser without highlights")  # a page of its own: the script stays on it
    page.add_init_script("delete globalThis.Highlight")
    page.reload()
    page.wait_for_function("() => window.ready")
    note = page.evaluate("""() => {
      const range = document.createRange();
      range.setStart(document.querySelector('#one p').firstChild, 2);
      range.setEnd(document.querySelector('em').nextSibling, 6);
      return describeRange(range);
    }""")
    for _ in range(2):  # painting anew leaves nothing of what was there
        assert page.evaluate(PAINT, note) == ["question loss is a number. A ", "question loss", "question  falls"]
    assert page.evaluate(FIND, note) == ["one", "loss is a number. A loss falls"]


NOTES = """
import { startNotes } from "./reading/notes.js";
startNotes(document.querySelector(".reading-tools"));
"""
TOOLS = BODY.replace(
    "<article",
    '<div class="reading-tools" data-kept="notes.json" data-bookmark="bookmarks/" data-pages="/notes/">'
    '<a class="tool" href="/notes/" data-key="n">Notes</a><form><button>Bookmark</button></form></div><article',
    1,
)


def test_notes_that_cannot_be_fetched_or_kept_are_told_and_not_lost(stage: Open) -> None:
    page = stage(NOTES, TOOLS, refused={404, 503})
    away = {"is": True}

    def answer(route: Route) -> None:
        if away["is"]:
            route.fulfill(status=503, json={"error": "Part of the site is away for a moment."})
        elif route.request.method == "POST":
            kept = {"id": 7, "section": "one", "title": "First", "url": "/notes/7/", "edition": 1}
            route.fulfill(json={**(route.request.post_data_json or {}), **kept})
        else:
            route.fulfill(json={"notes": [], "bookmarks": [""]})

    page.route("**/notes.json", answer)
    page.reload()
    page.get_by_role("link", name="Notes").click()
    panel = page.get_by_role("dialog", name="Your notes")
    expect(panel).to_contain_text("Part of the site is away")
    panel.get_by_role("button", name="Note on this section").click()
    panel.get_by_role("textbox").fill("Kept in the field")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_role("alert")).to_contain_text("away for a moment")
    expect(panel.get_by_role("textbox")).to_have_value("Kept in the field")
    away["is"] = False
    panel.get_by_role("button", name="Save").click()
    expect(panel.locator(".note-body")).to_have_text("Kept in the field")


def test_fetching_can_be_tried_again(stage: Open) -> None:
    page = stage(NOTES, TOOLS, refused={404})
    page.get_by_role("link", name="Notes").click()
    panel = page.get_by_role("dialog", name="Your notes")
    expect(panel.get_by_role("status")).not_to_be_empty()
    page.route("**/notes.json", lambda route: route.fulfill(json={"notes": [], "bookmarks": [""]}))
    panel.get_by_role("button", name="Try again").click()
    expect(panel).to_contain_text("Nothing is marked in this chapter yet")
    expect(page.get_by_role("button", name="Bookmarked")).to_be_visible()
