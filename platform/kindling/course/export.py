"""Write a course as the site has it into files.

    manage.py course export DIR [COURSE]

What is written is what an import reads: import, export, import changes nothing, and an export of the same course gives the
same bytes. Chapters that the site has no text of are announced in course.md only. Files that belong to no chapter stay.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

from apps.courses.course_file import NAME
from apps.courses.exporting import export_course

from .folders import add_course, choose_courses

HELP = __doc__


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("path", type=Path, help="folder in which the courses lie, or shall lie")
    add_course(parser)


def run(say: Callable[[str], None], *, path: Path, course: str | None, **options: object) -> None:
    for each in choose_courses(course):
        folder = path if (path / NAME).is_file() and path.resolve().name == each.slug else path / each.slug
        for changed in export_course(each, folder):
            say(f"{changed}: {'written' if changed.exists() else 'removed'}")
