"""A person's runs, a page at a time."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from apps.runs.models import Run

PAGE = 25


@dataclass(frozen=True, slots=True)
class Page:
    """Some runs, newest first; `older` is the cursor of the next page, or ""."""

    runs: list[Run]
    older: str


def read_page(runs: QuerySet[Run], *, before: str) -> Page:
    """The newest of `runs`, or those older than the run whose id is `before`. At most two queries."""
    cursor = _find(runs, before)
    if cursor is not None:
        runs = runs.filter(Q(created_at__lt=cursor.created_at) | Q(created_at=cursor.created_at, id__lt=cursor.pk))
    rows = runs.select_related("project__chapter__course").defer("code", "message").order_by("-created_at", "-id")
    found = list(rows[: PAGE + 1])
    return Page(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def _find(runs: QuerySet[Run], run_id: str) -> Run | None:
    try:
        return runs.only("created_at").filter(pk=uuid.UUID(run_id)).first()
    except ValueError:
        return None
