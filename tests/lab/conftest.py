"""One browser for the lab's modules, and a stage to put them on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page

from tests.chromium import launched
from tests.lab.stage import served, write_page

Open = Callable[..., Page]
SIZE = {"width": 1280, "height": 720}
REFUSED = re.compile(r"Failed to load resource: .* status of (\d+)")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, str], str]]:
    """Where a page with this script and this body is served; each is built once."""
    with ExitStack() as servers:

        @cache
        def find(script: str, body: str) -> str:
            folder = tmp_path_factory.mktemp("stage")
            write_page(folder, script=f"{script}\nwindow.ready = true;", body=body)
            return servers.enter_context(served(folder))

        yield find


class Pages:
    """Pages that tests take and give back: to make one costs three times what it costs to go on with one."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: defaultdict[str, list[Page]] = defaultdict(list)

    @contextmanager
    def lent(self, *, viewport: Any = SIZE, color_scheme: Any = "light", **options: Any) -> Iterator[Page]:
        """A blank page with Playwright's options of a context; nothing of a test before is left on it."""
        free = self._free[repr(sorted(options.items()))]
        page = free.pop() if free else self._make(options)
        page.set_viewport_size(viewport)
        page.emulate_media(reduced_motion="reduce", color_scheme=color_scheme, media="screen", forced_colors="none")
        yield page
        page.unroute_all(behavior="ignoreErrors")
        page.evaluate("() => localStorage.clear()")
        page.mouse.move(0, 0)
        page.goto("about:blank")
        free.append(page)

    def _make(self, options: dict[str, Any]) -> Page:
        page = self._browser.new_context(**options).new_page()
        page.set_default_timeout(60_000)
        return page


@pytest.fixture(scope="package")
def pages(browser: Browser) -> Pages:
    return Pages(browser)


@pytest.fixture
def stage(pages: Pages, address: Callable[[str, str], str]) -> Iterator[Open]:
    """Opens a page: `stage(script, body)`, the refusals (HTTP status)
    that a test provokes as `refused`, and Playwright's options of a context. At the end no page may have complained.

    The site's policy holds: what a test waits for, it gives as a function ("() => …").
    """
    complaints: list[str] = []
    with ExitStack() as taken:

        def open_page(script: str, body: str, *, refused: Collection[int] = (), **options: Any) -> Page:
            page = taken.enter_context(pages.lent(**options))
            taken.enter_context(heard(page, complaints, refused))
            page.goto(address(script, body))
            page.wait_for_function("() => window.ready")
            return page

        yield open_page
    assert complaints == []


@contextmanager
def heard(page: Page, complaints: list[str], refused: Collection[int]) -> Iterator[None]:
    """Whatever the browser complains of while the page is open."""

    def hear(said: ConsoleMessage) -> None:
        status = REFUSED.match(said.text)
        if said.type in {"error", "warning"} and not (status and int(status[1]) in refused):
            complaints.append(said.text)

    def fail(error: Error) -> None:
        complaints.append(str(error))

    page.on("console", hear)
    page.on("pageerror", fail)
    yield
    page.remove_listener("console", hear)
    page.remove_listener("pageerror", fail)
