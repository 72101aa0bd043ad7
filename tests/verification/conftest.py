"""Verification is tested with Postgres, Valkey, and, where code runs, the real worker, runner and sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from apps.runs import machines
from apps.runs.valkey import connect
from tests.verification.machines import Machines
from tests.workers.runner.live import Runner, started


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


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    with started(tmp_path_factory.mktemp("verification")) as runner:
        yield runner


@pytest.fixture
def machines_here(runner: Runner, valkey: Redis, commit: Callable[[], AbstractContextManager[Any]]) -> Machines:
    return Machines(Path(runner.socket), valkey, commit)
