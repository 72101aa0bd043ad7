"""Every test of the API has an empty Valkey, and somebody whose program speaks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from apps.accounts.models import User
from apps.runs.valkey import connect
from tests.api.programs import Program
from tests.runs.builders import make_student


@pytest.fixture(autouse=True)
def _services(valkey: Redis, db: None) -> Iterator[None]:
    yield
    connect().close()


@pytest.fixture
def student() -> User:
    return make_student("ada")


@pytest.fixture
def ada(student: User) -> Program:
    """With a token that may do everything."""
    return Program.of(student)
