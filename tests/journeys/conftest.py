"""One browser for all journeys, and visits of the running product that must end without a complaint of the browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, StorageState, sync_playwright

from tests.journeys.visits import Visit, log_in
from tests.product import Product

ARGUMENTS = [
    "--no-sandbox",  # the tests also run as root, where Chromium has no sandbox of its own
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Closed after the last journey, and Playwright with it: its event loop would keep other tests from the database."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(live: Product, browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens a visit: a browser of its own, without cookies unless `role` or `storage_state` is given.

    Other options are those of Playwright's `new_context`. At the end no page may have complained.
    """
    visits: list[Visit] = []

    def open_visit(**options: object) -> Visit:
        visits.append(Visit(browser, live, **options))
        return visits[-1]

    yield open_visit
    complaints = [complaint for each in visits for complaint in each.close()]
    assert not complaints


@pytest.fixture(scope="package")
def sessions(live: Product, browser: Browser) -> Callable[[str], StorageState]:
    """The cookies of somebody with this role: logged in once through the form, then remembered."""
    known: dict[str, StorageState] = {}

    def recall(role: str) -> StorageState:
        if role not in known:
            visit = Visit(browser, live)
            log_in(visit.page, live.logins[role])
            known[role] = visit.context.storage_state()
            assert not visit.close()
        return known[role]

    return recall
