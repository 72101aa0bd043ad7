"""The servers under the tests are the real engines, of the versions that production runs."""

from __future__ import annotations

import pytest
from django.db import connection
from redis import Redis


@pytest.mark.django_db
def test_it_has_postgres_18() -> None:
    assert connection.cursor().connection.info.server_version // 10000 == 18


def test_it_has_valkey_9(valkey: Redis) -> None:
    assert str(valkey.info("server")["valkey_version"]).startswith("9.")


def test_it_starts_with_an_empty_valkey(valkey: Redis) -> None:
    assert valkey.dbsize() == 0
