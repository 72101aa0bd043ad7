"""Bring a folder and the site to the same state, whichever of them has changed.

    manage.py course sync DIR [COURSE] [--dry-run]

Chapter by chapter: what changed in the folder since the last sync is published, what changed on the site is written into
the folder, and where both changed, git merges the two. What cannot be merged stands in the folder's file between lines
<<<<<<< and >>>>>>> then; nothing of it is published. Mend it and sync again. Renamed and new chapters are followed both
ways; one that has been published is never deleted. A sync that was broken off is simply begun again.

What both had in common last time is remembered in the file .kindling-sync in the folder. A text that the site has had
before counts as old: an older checkout is brought up to date and never published over what is newer.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

from django.core.management.base import CommandError

from apps.courses.folders import find_courses
from apps.courses.syncing import NoGit, sync_course
from apps.courses.syncing.courses import begin_folder

from .folders import add_course, choose_course, choose_courses

HELP = __doc__


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("path", type=Path, help="folder of courses, or of one course")
    add_course(parser)
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")


def run(say: Callable[[str], None], *, path: Path, course: str | None, dry_run: bool, **options: object) -> None:
    bad = 0
    for folder in choose_folders(path, course):
        if dry_run and not folder.exists():
            say(f"Would do: {folder}: begin it, and write there what the site has")
            continue
        bad += sync(say, folder, dry_run=dry_run)
    if bad:
        raise CommandError(f"{bad} part{'s' if bad > 1 else ''} of it could not be synced: see above.")


def sync(say: Callable[[str], None], folder: Path, *, dry_run: bool) -> int:
    """How many parts of the course need their author."""
    slug = folder.resolve().name
    if not folder.exists():
        begin_folder(choose_course(slug), folder)
    try:
        steps = sync_course(folder, dry_run=dry_run)
    except NoGit as missing:
        raise CommandError(str(missing)) from None
    for step in steps:
        say(f"{'Would do: ' if dry_run else ''}{slug}/{step}")
    return sum(step.bad for step in steps)


def choose_folders(path: Path, course: str | None) -> list[Path]:
    """The folders of courses in `path`; for a course of the site that has none there yet, where it will lie.

    Raises `CommandError`.
    """
    found = find_courses(path)
    if course is None and found:
        return found
    chosen = [folder for folder in found if folder.resolve().name == course]
    return chosen or [path / each.slug for each in choose_courses(course)]
