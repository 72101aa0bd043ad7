"""What the tests of a folder share; it takes seconds to import torch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.workers.harness import driven
from tests.workers.runner.live import Runner, started


@pytest.fixture(scope="session")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """A runner with one slot, so that a run that harms its slot harms the next test."""
    with started(tmp_path_factory.mktemp("runner")) as runner:
        yield runner


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[driven.Harness]:
    """The harness without the sandbox."""
    with driven.harness(tmp_path_factory.mktemp("home")) as harness:
        yield harness


@pytest.fixture
def harness(warm: driven.Harness) -> Iterator[driven.Harness]:
    """What it says is heard as it says it; no run outlives its test."""
    yield warm
    warm.end_runs()
