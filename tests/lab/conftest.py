"""One browser for the lab's modules, and a stage to put them on."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.chromium import launched
from tests.lab.stage import served, write_page

Open = Callable[..., Page]
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


@pytest.fixture
def stage(browser: Browser, address: Callable[[str, str], str]) -> Iterator[Open]:
    """Opens a page: `stage(script, body)`, the refusals (HTTP status)
    that a test provokes as `refused`, and Playwright's options of a context. At the end no page may have complained.

    The site's policy holds: what a test waits for, it gives as a function ("() => …").
    """
    complaints: list[str] = []
    with ExitStack() as contexts:

        def open_page(script: str, body: str, *, refused: Collection[int] = (), **options: Any) -> Page:
            defaults: dict[str, Any] = {"reduced_motion": "reduce"}
            context = browser.new_context(**(defaults | options))
            contexts.callback(context.close)
            listen(context, complaints, refused)
            page = context.new_page()
            page.goto(address(script, body))
            page.wait_for_function("() => window.ready")
            return page

        yield open_page
    assert complaints == []


def listen(context: BrowserContext, complaints: list[str], refused: Collection[int]) -> None:
    def hear(said: ConsoleMessage) -> None:
        status = REFUSED.match(said.text)
        if said.type in {"error", "warning"} and not (status and int(status[1]) in refused):
            complaints.append(said.text)

    context.set_default_timeout(20_000)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("console", hear)
