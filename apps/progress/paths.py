"""A course's path with a reader's state in each chapter, and where they left off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from apps.accounts.models import User
from apps.courses.models import Chapter, Course, Item
from apps.courses.reading import list_readable
from apps.quizzes.models import Attempt
from apps.quizzes.visits import Reader, Visit

from .models import Finish, Place, SectionRead


class State(StrEnum):
    NEW = "new"
    IN_PROGRESS = "in progress"
    FINISHED = "finished"
    COMING = "coming"


@dataclass(frozen=True)
class Step:
    """A chapter on a path; `url`, `level` and `minutes` are None until it can be read."""

    number: int
    title: str
    level: str | None
    minutes: int | None
    url: str | None
    state: State
    requires: list[Step] = field(default_factory=list)


@dataclass(frozen=True)
class Stretch:
    """Chapters that follow one another in one part of the course; `title` is empty where there are no parts."""

    title: str
    chapters: list[Step]


@dataclass(frozen=True)
class Path:
    """A course and its steps; `finished` of the `readable` ones are done."""

    title: str
    level: str
    summary: str
    url: str
    parts: list[Stretch]
    minutes: int

    @property
    def chapters(self) -> list[Step]:
        return [step for part in self.parts for step in part.chapters]

    @property
    def readable(self) -> int:
        return sum(step.state is not State.COMING for step in self.chapters)

    @property
    def finished(self) -> int:
        return sum(step.state is State.FINISHED for step in self.chapters)


@dataclass(frozen=True)
class Bookmark:
    """Where to go on: a chapter, and the title of the section if the reader had come to one."""

    title: str
    url: str
    section: str | None


def list_states(reader: Reader, course: Course | None = None) -> dict[int, State]:
    """The state of every chapter that the reader has begun, by its id; of one course if it is named. One query for a
    student; a visit costs none, and tells of all courses.
    """
    if isinstance(reader, Visit):
        return dict.fromkeys(reader.everything(), State.IN_PROGRESS)
    mine = {"user": reader, "item__chapter": OuterRef("pk")}
    started = Exists(SectionRead.objects.filter(**mine)) | Exists(Attempt.objects.filter(**mine))
    finished = Exists(Finish.objects.filter(user=reader, chapter=OuterRef("pk")))
    begun = Chapter.objects.filter(started | finished).annotate(finished=finished).order_by("pk")
    if course:
        begun = begun.filter(course=course)
    return {pk: State.FINISHED if done else State.IN_PROGRESS for pk, done in begun.values_list("pk", "finished")}


def lay_path(course: Course, states: Mapping[int, State]) -> Path:
    """`course` must come from `courses.reading`. No query."""
    chapters = list(course.chapters.all())
    steps = lay_steps(course, chapters, states)
    parts = [
        Stretch(title, [steps[chapter.slug] for chapter in some])
        for title, some in groupby(chapters, key=lambda chapter: chapter.part.title if chapter.part else "")
    ]
    minutes = sum(step.minutes or 0 for step in steps.values())
    return Path(course.title, course.level, course.summary, course.get_absolute_url(), parts, minutes)


def lay_steps(course: Course, chapters: Sequence[Chapter], states: Mapping[int, State]) -> dict[str, Step]:
    """The chapters' steps by their slugs; what a chapter needs is known of those among them. No query."""
    steps = {chapter.slug: _lay_step(course, chapter, states) for chapter in chapters}
    for chapter in chapters:  # what is known first may stand anywhere on the path
        needed = chapter.live.requires if chapter.live else []
        steps[chapter.slug].requires.extend(steps[slug] for slug in needed if slug in steps)
    return steps


def _lay_step(course: Course, chapter: Chapter, states: Mapping[int, State]) -> Step:
    if chapter.live is None:
        return Step(chapter.number, chapter.title, None, None, None, State.COMING)
    url = reverse("progress:chapter", args=[course.slug, chapter.slug])
    state = states.get(chapter.pk, State.NEW)
    return Step(chapter.number, chapter.title, chapter.live.level, chapter.live.minutes, url, state)


def find_bookmark(reader: Reader, states: Mapping[int, State], course: Course | None = None) -> Bookmark | None:
    """Where the reader left off, in one course if it is named: the section last visited in a chapter not finished, else the
    first unfinished chapter of a course that is begun. None when nothing is begun, or everything begun is finished. Two
    queries at most.
    """
    finished = [pk for pk, state in states.items() if state is State.FINISHED]
    unfinished = list_readable().exclude(pk__in=finished)
    if course:
        unfinished = unfinished.filter(course=course)
    if place := _find_place(reader, unfinished):
        return _mark(place.chapter, place)
    if not states:
        return None
    begun = Chapter.objects.filter(pk__in=states).values("course")
    following = unfinished.filter(course__in=begun).select_related("course").order_by("course", "number").first()
    return _mark(following) if following else None


def _find_place(reader: Reader, chapters: QuerySet[Chapter]) -> Item | None:
    """The section visited last in any of `chapters`, its chapter joined."""
    if isinstance(reader, User):
        places = Place.objects.filter(user=reader, chapter__in=chapters).order_by("-updated_at")
        return next((place.item for place in places.select_related("item__chapter__course")[:1]), None)
    marks = {chapter: notes["place"] for chapter, notes in reader.everything().items() if notes["place"]}
    if not marks:
        return None
    readable = set(chapters.filter(pk__in=marks).values_list("pk", flat=True))
    newest = max(((mark["at"], pk, mark["key"]) for pk, mark in marks.items() if mark and pk in readable), default=None)
    items = Item.objects.select_related("chapter__course")
    return newest and items.filter(chapter=newest[1], key=newest[2]).first()


def _mark(chapter: Chapter, place: Item | None = None) -> Bookmark:
    """A place that has left the text leads to the beginning of its chapter."""
    url = chapter.get_absolute_url()
    if place is None or place.retired_at:
        return Bookmark(chapter.title, url, None)
    return Bookmark(chapter.title, f"{url}#{place.key}", place.title)
