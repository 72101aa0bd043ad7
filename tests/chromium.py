"""The browser that tests and benches drive: Debian's Chromium, without a word to anybody but the page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

PROGRAMS = ("chromium-headless-shell", "chromium")
"""The first that is there: the same browser without windows opens a page with an eighth of the CPU time."""

ARGUMENTS = [
    "--no-sandbox",  # the tests also run as root, where Chromium has no sandbox of its own
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]


@contextmanager
def launched() -> Iterator[Browser]:
    """Closed at the end, and Playwright with it: its event loop would keep other tests from the database."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()
