"""Every test of the search has an empty Valkey, where searches are counted, and all the time that it needs."""

from __future__ import annotations

import pytest
from redis import Redis

from apps.search import finding, talks


@pytest.fixture(autouse=True)
def _services(valkey: Redis, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (finding, talks):
        monkeypatch.setattr(module, "TIMEOUT_MS", 60_000)  # a busy machine is slow, not wrong
