"""`manage.py import_courses`: publishes what the files hold and the site does not have yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from apps.courses.folders import BadCourse, find_courses, read_course
from apps.courses.importing import check_course, import_course

CONTENT = Path(__file__).resolve().parents[2] / "content"


class Command(BaseCommand):
    help = "Publishes the courses in files. What was edited in the browser stays as it is, and is named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, default=CONTENT, help="folder of courses")
        parser.add_argument("--force", action="store_true", help="publish files over what was edited in the browser")
        parser.add_argument("--check", action="store_true", help="only look for mistakes; needs no database")

    def handle(self, *, path: Path, force: bool, check: bool, **options: Any) -> None:
        courses = find_courses(path)
        if not courses:
            raise CommandError(f"There is no course in {path}: a course is a folder with a file course.md.")
        try:
            folders = [read_course(course) for course in courses]
            if check:
                for folder in folders:
                    check_course(folder)
                return
            with transaction.atomic():
                for folder in folders:
                    for imported in import_course(folder, force=force):
                        self.stdout.write(f"{folder.slug}/{imported}")
        except BadCourse as bad:
            raise CommandError(f"Nothing was imported. Mend this and try again:\n{bad}") from None
