"""Fixtures that every test may ask for. The servers behind them: tests/services.py."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker
from redis import Redis

from tests.product import Product, running_product, wait_for
from tests.services import ADMIN_URL

# A password costs a tenth of a second and 100 MB on purpose; hundreds of people log in here. The same algorithm, cheaper.
Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.time_cost = 1024, 1

# A busy machine is slow, not wrong.
connection.settings_dict["OPTIONS"]["connect_timeout"] = 60
settings.register_profile("kindling", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kindling")


@pytest.fixture
def valkey() -> Iterator[Redis]:
    """A client of the tests' own Valkey database, which is empty now and emptied again afterwards. It may do everything."""
    client = Redis.from_url(os.environ[ADMIN_URL])
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


@pytest.fixture(scope="session")
def live() -> Iterator[Product]:
    """The whole product, every process real, for journeys and faults: one for the session, started on first use.

    Whoever kills something waits until it is back: the next test gets the same product.
    """
    with (
        tempfile.TemporaryDirectory(prefix="kindling-live-") as folder,
        running_product(Path(folder, "data")) as product,
    ):
        wait_for(product.is_verified, "the shipped chapter to be verified: its runs are no test's", seconds=600)
        yield product


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Tables are emptied after tests that commit, which the log of acts refuses; its own test lets it refuse again."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE conduct_act DISABLE TRIGGER conduct_acts_stay")
    connection.close()


@pytest.fixture(autouse=True)
def fresh_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Visitors see at once what a test has published, and nothing that another has."""
    monkeypatch.setattr("apps.progress.answers.FRESH_S", 0.0)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-machine", action="store_true", help="attacks on every tier as root and as an ordinary user"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for `live` is marked so: `make test` runs these after the others, a file at a time on each core.

    What waits rather than works comes first, while lint needs a core.
    """
    for item in items:
        if "live" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.live)
    items.sort(key=lambda item: item.get_closest_marker("patient") is None)
