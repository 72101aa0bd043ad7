"""Every test of runs has an empty Valkey, and an outbox that sends when a transaction ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from redis import Redis

from apps.runs import machines
from apps.runs.valkey import connect


@pytest.fixture(autouse=True)
def _services(valkey: Redis, db: None) -> Iterator[None]:
    machines.look_again()
    yield
    connect().close()


@pytest.fixture
def commit(
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]],
) -> Callable[[], AbstractContextManager[Any]]:
    """`with commit(): …` runs what waits for the end of the transaction, as a real commit would."""
    return lambda: django_capture_on_commit_callbacks(execute=True)
