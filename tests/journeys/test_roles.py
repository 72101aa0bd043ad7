"""Who may write and who may not; and a text that an editor has written is never lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, StorageState, expect

from tests.journeys.visits import ADDRESS, CHAPTER, EDITING, Visit

pytestmark = pytest.mark.journey

Sessions = Callable[[str], StorageState]
LAST_LINE = CHAPTER.source.count("\n") + 1


@pytest.fixture
def editor(visit: Callable[..., Visit], sessions: Sessions) -> Visit:
    return visit(storage_state=sessions("editor"))


def test_a_broken_text_is_refused_by_line_and_kept(editor: Visit) -> None:
    editor.expected.add(422)
    broken = CHAPTER.source + '\n::: callout never-closed kind="note"\nThis has no end.\n'
    page = open_editor(editor)
    write(page, broken, "Break it")
    expect(page.get_by_role("region", name="Problems in the text")).to_contain_text(f"Line {LAST_LINE + 1}")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(f"Line {LAST_LINE + 1}:")
    expect(source(page)).to_have_value(broken)
    expect(page.get_by_label("What did you change?")).to_have_value("Break it")
    discard(page)


def test_a_stale_text_is_refused_and_both_are_kept(editor: Visit) -> None:
    editor.expected.add(409)
    faster, slower = open_editor(editor), open_editor(editor)
    theirs = CHAPTER.source.replace("## Summary", "## In short", 1)
    ours = CHAPTER.source.replace("## FAQ", "## Questions", 1)
    write(faster, theirs, "Shorter")
    faster.get_by_role("button", name="Publish", exact=True).click()
    expect(faster.locator(".messages")).to_contain_text("is live.")
    write(slower, ours, "Plainer")
    slower.get_by_role("button", name="Publish", exact=True).click()
    expect(slower.get_by_role("alert")).to_contain_text("Not published: somebody was faster")
    expect(source(slower)).to_have_value(ours)
    read_live(editor, "In short")
    slower.get_by_role("link", name="Bring both together").click()
    expect(slower.get_by_role("region", name="Changed lines")).to_contain_text("Questions")
    slower.get_by_role("button", name="Take this into my draft").click()
    expect(source(slower)).to_have_value(ours.replace("## Summary", "## In short", 1))
    write(slower, CHAPTER.source, "As it was")
    slower.get_by_role("button", name="Publish", exact=True).click()
    expect(slower.locator(".messages")).to_contain_text("is live.")
    read_live(editor, "Summary")


def test_a_preview_shows_the_text_and_publishes_nothing(editor: Visit) -> None:
    page = open_editor(editor)
    write(page, CHAPTER.source.replace("## Summary", "## Only a thought", 1), "")
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("heading", name="Only a thought")).to_be_visible()
    expect(page.get_by_text("Draft kept at")).to_be_visible()
    read_live(editor, "Summary")
    page.reload()
    discard(page)


@pytest.mark.parametrize("role", ["student", "moderator"])
def test_who_is_no_editor_may_not_edit(visit: Callable[..., Visit], sessions: Sessions, role: str) -> None:
    opened = visit(storage_state=sessions(role))
    opened.expected.add(403)
    for address in ("/editing/", EDITING):
        answered = opened.page.goto(address)
        assert answered
        assert answered.status == 403
        expect(opened.page.get_by_role("heading", name="You may not do this")).to_be_visible()
    expect(opened.page.get_by_role("banner").get_by_role("link", name="Editing")).to_have_count(0)


def test_only_an_admin_sees_the_admin_s_pages(visit: Callable[..., Visit], sessions: Sessions) -> None:
    admin = visit(storage_state=sessions("admin"))
    admin.expected.add(404)  # Django's pages name no icon, so the browser looks for /favicon.ico
    admin.page.goto("/admin/")
    expect(admin.page.get_by_role("heading", name="Site administration")).to_be_visible()
    student = visit(storage_state=sessions("student"))
    student.expected |= {403, 404}
    student.page.goto("/admin/")
    expect(student.page.get_by_role("heading", name="Site administration")).to_have_count(0)


def open_editor(visit: Visit) -> Page:
    page = visit.context.new_page()
    page.goto(EDITING)
    expect(page.locator(".text-editor")).to_be_visible()
    return page


def write(page: Page, text: str, note: str) -> None:
    page.locator("kindling-editing").evaluate("(desk, text) => desk.text.replace(text)", text)
    page.get_by_label("What did you change?").fill(note)


def source(page: Page) -> Locator:
    """The form's own field, which the editor keeps in step."""
    return page.locator("#editing-source")


def discard(page: Page) -> None:
    page.get_by_role("button", name="Discard the draft").click()
    expect(page.get_by_text("Your draft is gone.")).to_be_visible()
    expect(source(page)).to_have_value(CHAPTER.source)


def read_live(visit: Visit, heading: str) -> None:
    """What readers see now."""
    visit.page.goto(ADDRESS)
    expect(visit.page.get_by_role("heading", name=re.compile(rf"^\d+ {heading}$"))).to_be_visible()
