"""One warm runner for all attacks, and the rule that every one of them ends with: the next run is unharmed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.workers.runner.live import Runner, Told, started

Attack = Callable[..., Told]

_NEXT = """
import os, torch
layer = torch.nn.Linear(2, 2)
layer(torch.ones(2)).sum().backward()
print(os.listdir("/tmp"), os.listdir("/dev/shm"), sorted(name for name in os.listdir("/proc") if name.isdigit()))
"""


@pytest.fixture(scope="session")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """A runner with one slot, so that what harms its slot harms the next run."""
    with started(tmp_path_factory.mktemp("attacks")) as runner:
        yield runner


@pytest.fixture
def attack(runner: Runner) -> Iterator[Attack]:
    """Runs hostile code; afterwards the next run must work, and find nothing of this one."""

    def launch(code: str, **limits: Any) -> Told:
        return runner.run(code, **limits)

    yield launch
    told = runner.run(_NEXT)
    assert (told.outcome, told.text()) == ("succeeded", "['listing.py'] [] ['1', '2']\n")
