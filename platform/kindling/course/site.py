"""Make a folder of pages that are read without a server.

    manage.py course site DIR [COURSE]

Open DIR/index.html in any browser: chapters, glossary and search work without the internet and without Kindling.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

from django.core.management.base import CommandError

from apps.courses.exporting import write_file
from apps.courses.offline.assets import NotBuilt
from apps.courses.offline.site import build_site

from .folders import add_course, choose_course

HELP = __doc__


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("path", type=Path, help="folder for the pages; what is in it under the same names is replaced")
    add_course(parser)


def run(say: Callable[[str], None], *, path: Path, course: str | None, **options: object) -> None:
    try:
        files = build_site(choose_course(course))
    except NotBuilt as error:
        raise CommandError(str(error)) from None
    for name, content in files.items():
        write_file(path / name, content)
    say(f"{len(files)} files written: open {path / 'index.html'}")
