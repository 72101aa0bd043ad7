"""A person's runs, a page at a time: those of one project, those that ended in one way; what is pinned comes first."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.models import User
from apps.courses.models import Item
from apps.runs.models import Run
from apps.runs.states import ACTIVE
from workers.protocol import State

PAGE = 25
OWN_CODE = "own"
"""Stands for a project where runs without one are meant."""

OUTCOMES: dict[str, tuple[str, Q]] = {
    "active": ("Going on", Q(state__in=ACTIVE)),
    "goal": ("Goal reached", Q(goal_met=True)),
    "finished": ("Finished", Q(state=State.SUCCEEDED)),
    "failed": ("Error in the code", Q(state=State.FAILED)),
    "stopped": ("Stopped", Q(state=State.STOPPED)),
    "limit": ("Limit reached", Q(state__in=[State.TIMED_OUT, State.OUT_OF_MEMORY, State.OUTPUT_LIMIT])),
    "ours": ("Our fault", Q(state__in=[State.REFUSED, State.LOST])),
}
"""What can be asked for, by name: in words, and as the database knows it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which runs: of one project (`course/chapter/key`, or `OWN_CODE`), of one outcome; "" is any. What there is not
    chooses nothing."""

    project: str = ""
    outcome: str = ""

    @property
    def query(self) -> str:
        """As part of an address."""
        return urlencode({name: value for name in ("project", "outcome") if (value := getattr(self, name))})


@dataclass(frozen=True, slots=True)
class Page:
    """Some runs, newest first; `older` is the cursor of the next page, or "". `pinned` stand on the first page only."""

    pinned: list[Run]
    runs: list[Run]
    older: str


@dataclass(frozen=True, slots=True)
class Project:
    """One that a person has run."""

    path: str
    title: str


def choose(runs: QuerySet[Run], choice: Choice) -> QuerySet[Run]:
    if choice.project == OWN_CODE:
        runs = runs.filter(project=None)
    elif choice.project:
        runs = choose_project(runs, choice.project)
    if choice.outcome:
        runs = runs.filter(OUTCOMES[choice.outcome][1]) if choice.outcome in OUTCOMES else runs.none()
    return runs


def choose_project(runs: QuerySet[Run], path: str) -> QuerySet[Run]:
    """Those of the project `course/chapter/key`; one that is not there has none."""
    course, chapter, key, *_ = [*path.replace("\0", "").split("/", 2), "", ""]
    return runs.filter(project__chapter__course__slug=course, project__chapter__slug=chapter, project__key=key)


def read_page(runs: QuerySet[Run], *, before: str) -> Page:
    """The newest of `runs`, or those older than the run whose id is `before`. At most two queries."""
    rows = runs.select_related("project__chapter__course").defer("code", "message", "checks", "note")
    cursor = _find(runs, before)
    unpinned = rows.filter(pinned_at=None).order_by("-created_at", "-id")
    if cursor is None:
        pinned = list(rows.filter(pinned_at__isnull=False).order_by("-pinned_at", "-id"))
    else:
        pinned = []
        older = Q(created_at__lt=cursor.created_at) | Q(created_at=cursor.created_at, id__lt=cursor.pk)
        unpinned = unpinned.filter(older)
    found = list(unpinned[: PAGE + 1])
    return Page(pinned, found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def list_projects(user: User) -> list[Project]:
    """Whatever `user` has run, in the order of the courses. One query."""
    has_run = Exists(Run.objects.filter(user=user, project=OuterRef("pk")))
    items = Item.objects.filter(has_run).select_related("chapter__course")
    ordered = items.order_by("chapter__course__slug", "chapter__number", "position", "pk")
    return [
        Project(f"{item.chapter.course.slug}/{item.chapter.slug}/{item.key}", item.title or item.key)
        for item in ordered
    ]


def _find(runs: QuerySet[Run], run_id: str) -> Run | None:
    try:
        return runs.only("created_at").filter(pk=uuid.UUID(run_id)).first()
    except ValueError:
        return None
