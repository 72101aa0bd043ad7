"""Two changed versions of a text are joined, as git does it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

OURS = "this folder"
THEIRS = "the site"


class NoGit(Exception):
    """Both sides have changed, and the program that merges them is not there."""

    def __str__(self) -> str:
        return (
            "Folder and site have both changed, and git, which merges texts, was not found: install it and sync again."
        )


class Merged(NamedTuple):
    """With conflicts the text holds both versions of them between lines <<<<<<< and >>>>>>>."""

    text: str
    conflicts: int


def merge(*, base: str, ours: str, theirs: str) -> Merged:
    """`ours` and `theirs` with all that each has changed since `base`; "" where no common text is known. Raises `NoGit`."""
    with TemporaryDirectory() as folder:
        names = []
        for name, text in (("ours", ours), ("base", base), ("theirs", theirs)):
            names.append(str(Path(folder) / name))
            Path(names[-1]).write_text(text, encoding="utf-8", newline="")
        labels = ["-L", OURS, "-L", "before", "-L", THEIRS]
        try:
            done = subprocess.run(["git", "merge-file", "-p", *labels, *names], capture_output=True, check=False)
        except FileNotFoundError:
            raise NoGit from None
    if done.returncode > 127:
        raise RuntimeError(f"git merge-file: {done.stderr.decode(errors='replace').strip()}")
    return Merged(done.stdout.decode("utf-8"), done.returncode)
