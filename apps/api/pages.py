"""Lists, a page at a time. A cursor is signed: it leads where we said, or nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.db.models import Q, QuerySet

from apps.api.problems import Problem
from apps.runs.history import choose_project
from apps.runs.models import Run

SALT = "api.runs.page"


@dataclass(frozen=True, slots=True)
class Page:
    """Some runs, newest first; `next` is the cursor of those before them, or None."""

    runs: list[Run]
    next: str | None


def choose(runs: QuerySet[Run], *, state: str | None, project: str | None) -> QuerySet[Run]:
    """Those in this state and of this project, `course/chapter/key`; a project that is not there has no runs."""
    if state is not None:
        runs = runs.filter(state=state)
    if project is not None:
        runs = choose_project(runs, project)
    return runs


def read_page(runs: QuerySet[Run], *, cursor: str | None, size: int) -> Page:
    """The newest of `runs`, or those that the cursor leads to. One query. Raises `Problem` (422)."""
    if cursor:
        created_at, run_id = _open(cursor)
        runs = runs.filter(Q(created_at__lt=created_at) | Q(created_at=created_at, id__lt=run_id))
    rows = runs.select_related("project__chapter__course").defer("code").order_by("-created_at", "-id")
    found = list(rows[: size + 1])
    return Page(found[:size], _close(found[size - 1]) if len(found) > size else None)


def _close(run: Run) -> str:
    return signing.dumps([run.created_at.isoformat(), str(run.pk)], salt=SALT)


def _open(cursor: str) -> tuple[datetime, str]:
    try:
        created_at, run_id = signing.loads(cursor, salt=SALT)
    except signing.BadSignature:
        words = (
            "This is no cursor of ours. Take `next` of the page before as it is, or leave it out for the first page."
        )
        raise Problem(422, words, errors=[{"field": "query.cursor", "detail": words}]) from None
    return datetime.fromisoformat(created_at), run_id
