"""The curves that the chapters recorded are what their projects measure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.content.chapters import FOLDERS, read_chapter
from tests.content.curves import measure
from tests.workers.runner.live import Runner, started


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    with started(tmp_path_factory.mktemp("curves")) as runner:
        yield runner


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_they_are_what_the_code_measures(runner: Runner, folder: Path) -> None:
    for key, facts in read_chapter(folder).projects.items():
        assert facts["curves"], f"no curves of {key} as it now stands: record them with “make curves”"
        for recorded, measured in zip(facts["curves"], measure(runner, facts), strict=True):
            assert (recorded["name"], recorded["kind"]) == (measured["name"], measured["kind"])
            assert [step for step, _ in recorded["points"]] == [step for step, _ in measured["points"]]
            highest = max(value for _, value in measured["points"])
            values = [value for _, value in measured["points"]]
            assert [value for _, value in recorded["points"]] == pytest.approx(values, rel=0.01, abs=1e-6 * highest)
