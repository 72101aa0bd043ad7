"""The chapters that ship with the house, read once, and a fresh Python for each piece of their code."""

from __future__ import annotations

import json
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
SECONDS = 120  # a listing takes less than one; a loaded machine more


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


# A Python that has imported torch and nothing else, and forks a process for each program: a listing by itself takes a
# tenth of what the import takes.
_NURSERY = """
import json, os, signal, sys, torch
for line in sys.stdin:
    program, folder, seconds = json.loads(line)
    child = os.fork()
    if child == 0:
        signal.alarm(seconds)
        os.chdir(folder)
        os.dup2(os.open("stdout", os.O_CREAT | os.O_WRONLY, 0o600), 1)
        os.dup2(os.open("stderr", os.O_CREAT | os.O_WRONLY, 0o600), 2)
        exec(compile(program, "<string>", "exec"), {"__name__": "__main__", "__builtins__": __builtins__})
        sys.exit()  # as any Python ends, with its traceback and code where the program has failed
    print(os.waitpid(child, 0)[1], flush=True)
"""


@cache
def _open_nursery() -> subprocess.Popen[str]:
    """It ends with our end of its input."""
    command = [sys.executable, "-I", "-c", _NURSERY]
    return subprocess.Popen(command, env={}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def run_fresh(code: str, *, folder: Path) -> str:
    """What `code` prints in a new process with nothing of ours around it. It must end well and complain of nothing."""
    nursery = _open_nursery()
    assert nursery.stdin
    assert nursery.stdout
    print(json.dumps([code, str(folder), SECONDS]), file=nursery.stdin, flush=True)
    ended = int(nursery.stdout.readline())
    complaints = (folder / "stderr").read_text()
    assert (ended, complaints) == (0, ""), complaints
    return (folder / "stdout").read_text()
