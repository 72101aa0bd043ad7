"""Runs as the API shows them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from apps.courses.models import Item
from apps.runs.models import Run
from apps.runs.places import find_place

SUMMARY = (
    "id", "state", "name", "visibility", "device", "created_at", "finished_at", "message", "wall_s", "metrics",
)  # fmt: skip
DETAIL = (
    "code", "note", "limits", "queued_at", "started_at", "exit_code", "cpu_s", "paused_s", "peak_mb", "gpu_s", "ran_on",
    "goal_met", "checks",
)  # fmt: skip


def describe(request: HttpRequest, run: Run) -> dict[str, Any]:
    """What stands in lists. The project's chapter and course have to be loaded with the run."""
    return {name: getattr(run, name) for name in SUMMARY} | {
        "url": request.build_absolute_uri(run.get_absolute_url()),
        "events_url": request.build_absolute_uri(reverse("api:events", args=[run.pk])),
        "project": name_project(run.project),
        "pinned": run.pinned_at is not None,
    }


def describe_in_full(request: HttpRequest, run: Run) -> dict[str, Any]:
    """Everything that is known of a run, its place in the queue while it waits included."""
    place = find_place(run)
    return (
        describe(request, run)
        | {name: getattr(run, name) for name in DETAIL}
        | {"ahead": place.ahead if place else None, "estimate_s": place.estimate_s if place else None}
    )


def name_project(project: Item | None) -> str | None:
    return f"{project.chapter.course.slug}/{project.chapter.slug}/{project.key}" if project else None
