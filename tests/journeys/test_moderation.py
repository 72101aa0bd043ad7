"""A spammer is flagged, silenced and appeals; another moderator decides; everybody concerned reads why. No JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, StorageState, expect

from tests.journeys.test_accessibility import list_faults
from tests.journeys.visits import ADDRESS, Visit, take_time

pytestmark = pytest.mark.journey
WIDTHS = (1440, 320)


def test_from_the_flag_to_the_lifted_silence(
    visit: Callable[..., Visit], sessions: Callable[[str], StorageState]
) -> None:
    people = {
        role: visit(storage_state=sessions(role), java_script_enabled=role in ("moderator", "admin"))
        for role in ("student", "editor", "moderator", "admin")
    }
    student, editor, moderator, admin = (people[role].page for role in ("student", "editor", "moderator", "admin"))
    people["student"].expected |= {403, 422}
    ask(student, "Cheap gold here")
    post = int(str(student.locator("li.post").first.get_attribute("id")).removeprefix("post-"))
    thread = student.url

    editor.goto(f"/moderation/posts/{post}/flag/")
    editor.get_by_role("radio", name=re.compile("Spam")).check()
    editor.get_by_label("A note for moderators").fill("Gold, again")
    editor.get_by_role("button", name="Flag it").click()
    expect(editor.locator(".messages")).to_contain_text("Moderators look at it")

    moderator.goto("/")
    moderator.get_by_role("banner").get_by_role("link", name=re.compile("^Queue")).click()
    check(moderator)
    moderator.get_by_role("link", name="Cheap gold here").click()
    expect(moderator.get_by_role("main")).to_contain_text("Gold, again")
    moderator.get_by_role("button", name="Say that I am at it").click()
    check(moderator)
    moderator.get_by_label("Agree: something is wrong").check()
    moderator.get_by_label("Silence: may read, not post").check()
    moderator.get_by_label("Reason", exact=True).fill("Advertising")
    moderator.get_by_role("button", name="Decide").click()
    expect(moderator.locator(".messages")).to_contain_text("Done")

    student.goto("/conduct/")
    student.get_by_role("link", name=re.compile("silenced you")).click()
    expect(student.get_by_role("main")).to_contain_text("Advertising")
    student.get_by_label("Why was this wrong?").fill("It was a joke about gold.")
    student.get_by_role("button", name="Send the appeal").click()
    expect(student.get_by_role("main")).to_contain_text("waits for another moderator")
    moderator.goto("/moderation/?why=appeal")
    expect(moderator.get_by_role("main")).to_contain_text("Nothing waits for you here")

    admin.goto("/moderation/?why=appeal")
    admin.get_by_role("link", name=re.compile("silenced somebody")).click()
    expect(admin.get_by_role("main")).to_contain_text("It was a joke about gold.")
    check(admin)
    admin.get_by_label("Grant it").check()
    admin.get_by_label("Your answer").fill("Granted, this once.")
    admin.get_by_role("button", name="Decide the appeal").click()
    expect(admin.locator(".messages")).to_contain_text("The appeal is decided")

    student.reload()
    expect(student.get_by_role("main")).to_contain_text("Granted, this once.")
    answered = student.goto(thread)
    assert answered
    assert answered.status in (200, 404)
    for address in (f"/moderation/posts/{post}/", "/moderation/log/", "/moderation/filters/", "/conduct/log/"):
        admin.goto(address)
        check(admin)
    expect(admin.get_by_role("main")).to_contain_text("lifted a sanction")


def ask(page: Page, title: str) -> None:
    page.goto(f"{ADDRESS}discussion/")
    page.get_by_text("Ask a question or start a talk").click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Your text").fill("Buy gold at my place.")
    take_time(page)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page).to_have_url(re.compile("/discussions/"))


def check(page: Page) -> None:
    page.evaluate(Axe().axe_script)
    assert list_faults(page, WIDTHS) == []
    page.set_viewport_size({"width": 1440, "height": 1400})
