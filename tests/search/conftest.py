"""Every test of the search has an empty Valkey: searches are counted there."""

from __future__ import annotations

import pytest
from redis import Redis


@pytest.fixture(autouse=True)
def _services(valkey: Redis, db: None) -> None:
    pass
