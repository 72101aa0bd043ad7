"""A warm runner on a machine with a GPU. Needs `workers/`, this folder, a torch built for CUDA and pytest, nothing else:
`make test-gpu`, or `python -m pytest -c tests/gpu/pytest.ini tests/gpu`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gpu.machine import ROOT, Runner


def find_accelerators() -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "workers.runner", "--devices"]
    done = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="session")
def accelerators() -> list[dict[str, Any]]:
    """The GPUs and slices of this machine; a test that asks for them is skipped, aloud, where there is none."""
    if not (found := find_accelerators()):
        pytest.skip("There is no NVIDIA GPU here: the tests of tests/gpu were NOT run.")
    return found


@pytest.fixture(scope="session")
def runner(accelerators: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """Has run something on a GPU; every test ends with its GPU in service again, or with the reason in the log."""
    folder: Path = tmp_path_factory.mktemp("gpu")
    runner = Runner(folder)
    try:
        told = runner.run("import torch\nprint(torch.ones(2, device='cuda').sum().item())")
        assert told.text == "2.0\n", f"{told}\n{runner.log.read_text()}"
        yield runner
    finally:
        runner.close()
