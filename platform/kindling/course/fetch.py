"""Publish a course's files, or make a chapter of a notebook.

    manage.py course import [DIR] [--force]
    manage.py course import lesson.ipynb DIR/COURSE/NN-slug

From a folder, all that the site does not have yet is published, wholly or not at all. What was edited in the browser stays
as it is, and is named. Of a Jupyter notebook it makes a folder with a chapter to go on from; nothing is published.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

from django.core.management.base import CommandError
from django.db import transaction

from apps.courses.importing import import_course
from apps.courses.notebooks.reading import BadNotebook, read_notebook

from .folders import LAID_OUT, add_folder, read_courses

HELP = f"{__doc__}\n{LAID_OUT}"


def add_arguments(parser: ArgumentParser) -> None:
    add_folder(parser)
    parser.add_argument("into", nargs="?", type=Path, help="folder for the chapter that is made of a notebook")
    parser.add_argument("--force", action="store_true", help="publish files over what was edited in the browser")


def run(say: Callable[[str], None], *, path: Path, into: Path | None, force: bool, **options: object) -> None:
    if path.suffix == ".ipynb":
        import_notebook(say, path, into)
        return
    folders = read_courses(path)
    with transaction.atomic():
        for folder in folders:
            for imported in import_course(folder, force=force):
                say(f"{folder.slug}/{imported}")


def import_notebook(say: Callable[[str], None], path: Path, into: Path | None) -> None:
    """Writes the chapter's folder, and says what its author has to look at."""
    if into is None:
        raise CommandError(f"Say where the chapter shall lie: course import {path} DIR/COURSE/02-slug")
    if into.exists() and any(into.iterdir()):
        raise CommandError(f"{into} is not empty: nothing was written. Name a new folder.")
    try:
        chapter = read_notebook(path.read_bytes(), name=path.stem)
    except BadNotebook as bad:
        raise CommandError(f"{path}: {bad}") from None
    into.mkdir(parents=True, exist_ok=True)
    for name, content in chapter.files.items():
        (into / name).write_bytes(content)
        say(f"{into / name}: written")
    for remark in chapter.remarks:
        say(f"Remark: {remark}")
