"""What `up` starts on a machine, by what the machine has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import LazySettings

from kindling.supervisor import checks, programs
from kindling.supervisor.plan import Plan


@pytest.fixture
def plan(settings: LazySettings, tmp_path: Path) -> Plan:
    settings.DATA = tmp_path
    return replace(Plan.read(), slots=3)


def test_a_machine_without_accelerators_has_one_worker(plan: Plan) -> None:
    (worker,) = programs.workers(plan)
    assert (worker.name, worker.environment["KINDLING_DEVICE"]) == ("worker", "cpu")
    assert "--concurrency=3" in worker.command


def test_a_machine_with_accelerators_has_a_second_worker_for_them(plan: Plan) -> None:
    _, worker = programs.workers(replace(plan, accelerators=2))
    assert (worker.name, worker.environment["KINDLING_DEVICE"]) == ("worker-gpu", "gpu")
    assert worker.environment["KINDLING_SLOTS"] == "2"
    assert "--concurrency=2" in worker.command
    assert worker.name in programs.STOPPING[0]


def test_workers_have_names_of_their_own(plan: Plan) -> None:
    names = [part for each in programs.workers(replace(plan, accelerators=1)) for part in each.command if "%h" in part]
    assert len(set(names)) == 2


@pytest.fixture
def answering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Asks for accelerators where a runner of ours would stand, which says this and ends with that status."""

    def ask(said: str, status: int = 0) -> list[str]:
        package = tmp_path / "workers"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "runner.py").write_text(f"import sys\nprint({said!r})\nsys.exit({status})")
        return checks.Count(tmp_path).finish()

    return ask


def test_accelerators_are_known_by_name(answering: Callable[..., list[str]]) -> None:
    assert answering('a word of the driver\n[{"name": "H100", "uuid": "GPU-0"}]') == ["H100"]


@pytest.mark.parametrize("said", ["", "Traceback", "{}", "[1]", '[{"uuid": "x"}]', "null"])
def test_what_is_no_list_of_accelerators_is_none(answering: Callable[..., list[str]], said: str) -> None:
    assert answering(said, 1) == []


def test_a_driver_that_hangs_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "COUNT_SECONDS", 0.3)
    (tmp_path / "workers").mkdir()
    (tmp_path / "workers" / "runner.py").write_text("import time\ntime.sleep(60)")
    assert checks.Count(tmp_path).finish() == []
