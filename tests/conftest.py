"""Fixtures that every test may ask for. The servers behind them: tests/services.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from redis import Redis


@pytest.fixture
def valkey() -> Iterator[Redis]:
    """A client of the tests' own Valkey database, which is empty now and emptied again afterwards."""
    client = Redis.from_url(settings.VALKEY_URL)
    client.flushdb()
    yield client
    client.flushdb()
    client.close()
