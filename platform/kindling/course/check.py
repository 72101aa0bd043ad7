"""Look for mistakes in a course's files.

Needs no database. Every mistake is told by path and line, and the command then ends with 1; remarks are what may well be
meant, but deserves a look.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

from django.core.management.base import CommandError

from apps.courses.checking import check_course
from apps.courses.folders import BadCourse, Fault

from .folders import LAID_OUT, add_folder, read_courses

HELP = f"{__doc__}\n{LAID_OUT}"


def add_arguments(parser: ArgumentParser) -> None:
    add_folder(parser)


def run(say: Callable[[str], None], *, path: Path, **options: object) -> None:
    remarks, faults = list[Fault](), list[Fault]()
    try:
        for folder in read_courses(path):
            remarks += check_course(folder)
    except BadCourse as bad:
        faults += bad.faults
    for remark in remarks:
        say(f"Remark: {remark}")
    if faults:
        told = "\n".join(map(str, faults))
        raise CommandError(f"Mend this and try again:\n{told}")
