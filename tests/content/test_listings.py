"""Every listing and project of every chapter prints what the chapter says it prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.verification.comparing import agrees

from .chapters import Piece, pieces, projects, run_fresh


@pytest.mark.parametrize("piece", pieces(), ids=str)
def test_it_prints_what_the_chapter_says(piece: Piece, tmp_path: Path) -> None:
    printed = run_fresh(piece.code, folder=tmp_path)

    assert agrees(printed, piece.output, match=piece.match), printed


@pytest.mark.parametrize("piece", pieces(), ids=str)
def test_it_claims_an_output(piece: Piece) -> None:
    assert piece.output.strip()


@pytest.mark.parametrize("name", [name for name, facts in projects().items() if facts["solution"]])
def test_a_solution_runs(name: str, tmp_path: Path) -> None:
    assert run_fresh(projects()[name]["solution"], folder=tmp_path).strip()
