"""Whoever takes a chapter along as a notebook can run it from top to bottom, and sees what the chapter says."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from apps.courses.models import Chapter, Revision
from apps.courses.notebooks.writing import write_notebook

from .chapters import FOLDERS, read_chapter, run_fresh


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_chapter_s_notebook_runs_from_top_to_bottom(folder: Path, tmp_path: Path) -> None:
    compiled = read_chapter(folder)
    live = Revision(source=compiled.source, html=compiled.html)
    notebook = nbformat.reads(write_notebook(Chapter(slug="a", live=live)), as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(cells) >= len(compiled.listings) + len(compiled.projects)
    printed = run_fresh("\n".join(cell.source for cell in cells), folder=tmp_path)
    assert printed == "".join(output.text for cell in cells for output in cell.outputs)
