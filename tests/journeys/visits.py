"""Somebody in front of a browser, and what people do on more than one page."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, expect

from tests.content.chapters import FOLDERS, read_chapter
from tests.product import Login, Product

CHAPTER = read_chapter(FOLDERS[0])
"""What the chapter says, from its files: right answers are not in the pages."""

ADDRESS = f"/courses/{FOLDERS[0].parent.name}/{FOLDERS[0].name.partition('-')[2]}/"
EDITING = ADDRESS.replace("/courses/", "/editing/")
PROJECT_KEY, PROJECT = next(iter(CHAPTER.projects.items()))

SECONDS = 60  # a busy machine is slow, not wrong
SCROLL_TO_END = """key => {
  if (document.querySelector(`.contents li[data-read]:has([href="#${key}"])`)) return true;
  document.querySelector(`#${key} > :last-child`).scrollIntoView({block: "end"});
}"""
REFUSED = re.compile(r"Failed to load resource: .* status of (\d+)")


class Visit:
    """A browser context with one page open. `expected` are the refusals (HTTP status) that a test provokes."""

    def __init__(self, browser: Browser, product: Product, **options: Any) -> None:
        self.expected: set[int] = set()
        self._complaints: list[str] = []
        defaults = {"base_url": product.url, "reduced_motion": "reduce", "viewport": {"width": 1440, "height": 1400}}
        self.context = browser.new_context(**(defaults | options))
        self.context.set_default_timeout(SECONDS * 1000)
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self._complaints.append(str(error.error)))
        self.context.on("response", self._look)
        self.page = self.context.new_page()

    def close(self) -> list[str]:
        """Ends the visit; what the browser complained of: errors of scripts, breaches of the policy, failed requests."""
        self.context.close()
        return self._complaints

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        refused = REFUSED.match(message.text)
        cut = "ERR_INTERNET_DISCONNECTED" in message.text  # nobody but a test cuts the line
        if not cut and not (refused and int(refused[1]) in self.expected):
            self._complaints.append(f"{message.location['url']}: {message.text}")

    def _look(self, response: Response) -> None:
        if response.status >= 500:
            self._complaints.append(f"{response.url}: {response.status}")


expect.set_options(timeout=SECONDS * 1000)


def log_in(page: Page, login: Login) -> None:
    page.goto("/")
    page.get_by_role("link", name="Log in").click()
    page.get_by_label("E-mail address").fill(login.email)
    page.get_by_label("Password").fill(login.password)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def read_sections(page: Page, keys: list[str]) -> None:
    """Scrolls each to its end, again if what is fetched meanwhile moves it away, until the contents have ticked it."""
    for key in keys:
        page.wait_for_function(SCROLL_TO_END, arg=key, polling=500)


def answer(question: Locator, choices: list[str]) -> Locator:
    """Ticks exactly these and checks; the verdict."""
    for box in question.get_by_role("checkbox").all():
        box.uncheck()
    for choice in choices:
        question.locator(f"input[value={choice}]").check()
    question.get_by_role("button", name=re.compile("^Check")).click()
    return question.locator(".result")


def right_choices(key: str) -> list[str]:
    return [choice["id"] for choice in CHAPTER.quizzes[key]["choices"] if choice["correct"]]


def wrong_choice(key: str) -> tuple[str, str]:
    """A wrong choice and a few words of the reason that belongs to it."""
    choice = next(choice for choice in CHAPTER.quizzes[key]["choices"] if not choice["correct"])
    return choice["id"], strip_tags(choice["reason_html"])


def strip_tags(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def run(page: Page, code: str | None = None) -> None:
    """Presses Run in the lab, with this code in it if given, and skips the project's question where it is asked."""
    if code is not None:
        write(page, code)
    page.get_by_role("button", name="Run", exact=True).click()
    skip = page.get_by_role("button", name="Skip and run")
    if skip.is_visible():  # the question opens within the click
        skip.click()


def field(page: Page) -> Locator:
    """The form's own field of the code, which the editor keeps in step."""
    return page.locator("#lab-code")


def write(page: Page, code: str) -> None:
    """Puts this into the editor at once, as a paste over all of it does: typing would be helped with indents."""
    page.locator("kindling-lab").evaluate(
        "async (lab, code) => { await customElements.whenDefined('kindling-lab'); lab.editor.replace(code); }", code
    )


def status(page: Page) -> Locator:
    return page.locator("[data-role=status]")


def console(page: Page) -> Locator:
    return page.get_by_role("log", name="Console")


def printed(page: Page) -> Locator:
    """What the code printed, without what we say among it; a block of lines is one."""
    return console(page).locator(".stdout")


def take_time(page: Page) -> None:
    """As people do who write: a first post that was written within a moment is held back."""
    page.evaluate(
        "for (const each of document.querySelectorAll('kindling-composer')) each.began &&= each.began - 60_000"
    )
