"""The courses as home shows them: what is begun with its path, everything else as a card. However many chapters there are,
home stays as large as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from apps.courses.models import Course
from apps.courses.reading import load_beginnings

from .paths import State, Step, lay_steps

PATHS = 3  # of begun courses: nobody follows more at a time
STEPS = 25  # of each


@dataclass(frozen=True)
class Book:
    """A course on the shelf; `finished` of the `readable` among its `planned` chapters are done. A course that is longer
    than its `steps` shows those that come next.
    """

    title: str
    summary: str
    level: str
    url: str
    planned: int
    readable: int
    finished: int
    begun: int
    steps: Sequence[Step] = ()

    @property
    def is_whole(self) -> bool:
        return len(self.steps) == self.planned


@dataclass(frozen=True)
class Shelf:
    """`open` books show their paths: those begun, or the one to start with."""

    open: Sequence[Book]
    others: Sequence[Book]


def fill_shelf(states: Mapping[int, State]) -> Shelf:
    """Every course, by the states of what a reader has begun. Two queries."""
    courses = list(_count_chapters(states))
    shown = {course.pk for course in _choose(courses)}
    finished = [pk for pk, state in states.items() if state is State.FINISHED]
    short = [course.pk for course in courses if course.planned <= STEPS]
    paths = load_beginnings(shown, Q(course__in=short) | ~Q(pk__in=finished), STEPS) if shown else {}
    return Shelf(
        [_describe(course, states, paths.get(course.pk, [])) for course in courses if course.pk in shown],
        [_describe(course, states) for course in courses if course.pk not in shown],
    )


def _count_chapters(states: Mapping[int, State]) -> QuerySet[Any]:
    readable = Q(chapters__live__isnull=False)
    finished = [pk for pk, state in states.items() if state is State.FINISHED]
    return Course.objects.annotate(
        planned=Count("chapters"),
        readable=Count("chapters", filter=readable),
        begun=Count("chapters", filter=readable & Q(chapters__in=list(states))),
        finished=Count("chapters", filter=readable & Q(chapters__in=finished)),
    ).order_by("slug")


def _choose(courses: Sequence[Any]) -> Sequence[Any]:
    """Those at work; else the first that is new to the reader, else the first of all."""
    at_work = [course for course in courses if course.begun and course.finished < course.readable]
    new = [course for course in courses if course.readable and not course.begun]
    return at_work[:PATHS] or new[:1] or courses[:1]


def _describe(course: Any, states: Mapping[int, State], chapters: Sequence[Any] = ()) -> Book:
    return Book(
        title=course.title,
        summary=course.summary,
        level=course.level,
        url=course.get_absolute_url(),
        planned=course.planned,
        readable=course.readable,
        finished=course.finished,
        begun=course.begun,
        steps=list(lay_steps(course, chapters, states).values()),
    )
