"""Make an EPUB, for e-readers.

    manage.py course epub FILE [COURSE]

The same course gives the same bytes.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

from django.core.management.base import CommandError

from apps.courses.exporting import write_file
from apps.courses.offline.assets import NotBuilt
from apps.courses.offline.epub import build_epub

from .folders import add_course, choose_course

HELP = __doc__


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("path", type=Path, help="the file to be written, such as essentials.epub")
    add_course(parser)


def run(say: Callable[[str], None], *, path: Path, course: str | None, **options: object) -> None:
    try:
        content = build_epub(choose_course(course))
    except NotBuilt as error:
        raise CommandError(str(error)) from None
    write_file(path, content)
    say(f"{path}: {len(content) // 1000} kB written")
