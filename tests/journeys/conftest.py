"""One browser for all journeys, and visits of the running product that must end without a complaint of the browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest
from playwright.sync_api import Browser, StorageState

from kindling.embedded.addresses import name_database
from tests.chromium import launched
from tests.journeys.visits import Visit, log_in
from tests.product import Product


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module", autouse=True)
def a_day_passes(live: Product) -> None:
    """Between journeys: newcomers may not post as often within an hour as all of these together do."""
    with psycopg.connect(name_database(live.data)) as connection:
        connection.execute("UPDATE discussions_post SET created_at = created_at - interval '1 day'")


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
