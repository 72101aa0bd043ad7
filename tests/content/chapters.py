"""The chapters that ship with the house, read once, and a fresh Python for each piece of their code."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from apps.courses.dialect import Compiled, compile_chapter
from apps.courses.dialect.compiling import ProjectFacts
from apps.courses.folders import BESIDE

COURSE = Path(__file__).parents[2] / "apps/courses/content/pytorch-essentials"
FOLDERS = sorted(path.parent for path in COURSE.glob("*/chapter.md"))
SECONDS = 120  # a listing takes about two; a loaded machine more


@dataclass(frozen=True)
class Piece:
    """A listing or a project: code, what the chapter says it prints, and how closely that must agree."""

    chapter: str
    key: str
    code: str
    output: str
    match: str

    def __str__(self) -> str:
        return f"{self.chapter}:{self.key}"


@cache
def read_chapter(folder: Path) -> Compiled:
    figures = {path.name: path.read_text() for path in folder.iterdir() if path.suffix in BESIDE}
    source = (folder / "chapter.md").read_text()
    return compile_chapter(source, figures=figures, address=f"{folder.parent.name}/{folder.name.partition('-')[2]}")


def pieces() -> list[Piece]:
    return [piece for folder in FOLDERS for piece in _pieces_of(folder)]


def projects() -> dict[str, ProjectFacts]:
    """Every project of every chapter, by chapter and key."""
    return {f"{folder.name}:{key}": facts for folder in FOLDERS for key, facts in read_chapter(folder).projects.items()}


def _pieces_of(folder: Path) -> list[Piece]:
    chapter = read_chapter(folder)
    listings = [
        Piece(folder.name, key, facts["code"], facts["output"], facts["match"])
        for key, facts in chapter.listings.items()
    ]
    projects = [
        Piece(folder.name, key, facts["code"], facts["output"], "exact") for key, facts in chapter.projects.items()
    ]
    return listings + projects


def run_fresh(code: str, *, folder: Path) -> str:
    """What `code` prints in a new process with nothing of ours around it. It must end well and complain of nothing."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=folder, env={}, capture_output=True, text=True, timeout=SECONDS
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout
