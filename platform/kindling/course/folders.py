"""Where courses lie, and which of them is meant."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import CommandError

import apps.courses
from apps.courses.course_file import __doc__ as FORM
from apps.courses.folders import BadCourse, CourseFolder, Fault, find_courses, read_course
from apps.courses.models import Course

CONTENT = Path(apps.courses.__file__).parent / "content"
LAID_OUT = f"""A course is a folder, named with its slug, that holds course.md and a folder NN-slug for each chapter that has a text:
chapter.md, with its drawings (.svg), curves (.csv) and pictures (.png .jpg .jpeg .webp) beside it.

{FORM}"""


def add_folder(parser: ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", type=Path, default=CONTENT, help="folder of courses, or of one course")


def add_course(parser: ArgumentParser) -> None:
    parser.add_argument("course", nargs="?", help="slug of the course; needed where there are several")


def read_courses(path: Path) -> list[CourseFolder]:
    """All courses in a folder. Raises `BadCourse` with the faults of all, `CommandError` where there is none."""
    found = find_courses(path)
    if not found:
        raise CommandError(f"There is no course in {path}: a course is a folder with a file course.md.")
    courses, faults = list[CourseFolder](), list[Fault]()
    for folder in found:
        try:
            courses.append(read_course(folder))
        except BadCourse as bad:
            faults += bad.faults
    if faults:
        raise BadCourse(faults)
    return courses


def choose_courses(slug: str | None) -> list[Course]:
    """The course named, or all of them. Raises `CommandError`."""
    courses = list(Course.objects.filter(slug=slug) if slug else Course.objects.order_by("slug"))
    if not courses:
        there = ", ".join(Course.objects.order_by("slug").values_list("slug", flat=True)) or "none"
        raise CommandError(
            f"The site has no course “{slug}”: it has {there}." if slug else "The site has no course yet."
        )
    return courses


def choose_course(slug: str | None) -> Course:
    """The course named, or the only one there is. Raises `CommandError`."""
    courses = choose_courses(slug)
    if len(courses) > 1:
        raise CommandError(f"Say which course: {', '.join(course.slug for course in courses)}.")
    return courses[0]
