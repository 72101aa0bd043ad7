"""Every listing and project of every chapter prints what the chapter says it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from apps.courses import verification

from .chapters import Piece, pieces, projects, run_fresh

NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


@pytest.mark.parametrize("piece", pieces(), ids=str)
def test_it_prints_what_the_chapter_says(piece: Piece, tmp_path: Path) -> None:
    printed = run_fresh(piece.code, folder=tmp_path)

    if piece.match == "exact":
        assert printed == piece.output
    else:
        assert NUMBER.sub("#", printed) == NUMBER.sub("#", piece.output)
        assert _numbers(printed) == pytest.approx(_numbers(piece.output), rel=0.02)


@pytest.mark.parametrize("piece", pieces(), ids=str)
def test_it_claims_an_output(piece: Piece) -> None:
    assert piece.output.strip()


@pytest.mark.parametrize("name", [name for name, facts in projects().items() if facts["solution"]])
def test_a_solution_runs(name: str, tmp_path: Path) -> None:
    assert run_fresh(projects()[name]["solution"], folder=tmp_path).strip()


def test_pages_name_the_torch_that_ran_here(tmp_path: Path) -> None:
    version = run_fresh("import torch; print(torch.__version__)", folder=tmp_path)
    assert version.strip().partition("+")[0] == verification.TORCH


def _numbers(text: str) -> list[float]:
    return [float(number) for number in NUMBER.findall(text)]
