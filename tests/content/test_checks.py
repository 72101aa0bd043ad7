"""Every project has checks; its own code passes them in the real sandbox, and code that trains nothing does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pytest

from apps.courses.dialect.compiling import ProjectFacts
from tests.content.chapters import projects
from tests.workers.runner.live import Runner, started
from workers.protocol import Check, Job, decode, encode

UNTRAINED = "import torch\nmodel = torch.nn.Linear(1, 1)\nprint('done')"


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    with started(tmp_path_factory.mktemp("checks")) as runner:
        yield runner


@pytest.mark.parametrize("written", ["code", "solution"])
@pytest.mark.parametrize("name", projects())
def test_its_own_code_passes(runner: Runner, name: str, written: Literal["code", "solution"]) -> None:
    facts = projects()[name]
    told = runner.start(facts[written] or facts["code"], checks=read_checks(facts)).rest()
    assert told.exit
    assert told.exit.checks
    assert [graded.passed for graded in told.exit.checks] == [True] * len(facts["checks"]), told.exit.checks


@pytest.mark.parametrize("name", projects())
def test_code_that_trains_nothing_does_not_pass(runner: Runner, name: str) -> None:
    told = runner.start(UNTRAINED, checks=read_checks(projects()[name])).rest()
    assert told.exit
    assert told.exit.checks
    assert not any(graded.passed for graded in told.exit.checks)


def read_checks(facts: ProjectFacts) -> list[Check]:
    """As the runner gets them."""
    plain: Any = facts["checks"]
    sent = decode(encode(Job(run="a-run", fence=1, code="", checks=plain)))
    assert isinstance(sent, Job)
    return sent.checks
