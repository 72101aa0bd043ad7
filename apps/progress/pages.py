"""What the templates of the chapter page are given."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from apps.courses import verification
from apps.quizzes.forms import csrf_field

from .access import Neighbour, Reading
from .standing import LastRun, list_missing
from .texts import Project


def describe_chapter(request: HttpRequest, reading: Reading) -> dict[str, Any]:
    """The whole context of the chapter page. No query."""
    revision, standing, address = reading.text.revision, reading.standing, [reading.course_slug, reading.slug]
    return {
        "course": {"title": reading.course_title},
        "course_url": reverse("progress:course", args=address[:1]),
        "chapter": {"number": reading.number},
        "revision": revision,
        "verified_on": verification.describe(revision),
        "outline": [vars(section) | {"read": section.id in standing.read} for section in reading.text.sections],
        "body": reading.text.fill({"csrf": csrf_field(request)} | _next_hole(reading)),
        "lab": {"projects": _describe_projects(request, reading)},
        "state": _describe_standing(reading),
        "record_url": reverse("progress:record", args=address),
        "discussion_url": reverse("discussions:chapter", args=address),
        "notebook_url": reverse("progress:notebook", args=address),
        "previous": _link(reading, reading.previous),
        **describe_finish(reading),
    }


def describe_finish(reading: Reading) -> dict[str, Any]:
    """The context of `_finish.html`, alone or inside the chapter page. No query."""
    return {
        "finished_at": reading.standing.finished_at,
        "missing": list_missing(reading.text, reading.standing),
        "finish_url": reverse("progress:finish", args=[reading.course_slug, reading.slug]),
        "next": _link(reading, reading.next),
    }


def _describe_standing(reading: Reading) -> dict[str, Any]:
    """What the page's scripts start from, as plain JSON; of sections, those that are still in the text."""
    standing, sections = reading.standing, [section.id for section in reading.text.sections]
    return {
        "read": [key for key in sections if key in standing.read],
        "place": standing.place if standing.place in sections else None,
        "answered": {key: {"correct": correct} for key, correct in standing.answered.items()},
        "finished": standing.finished_at is not None,
    }


def _describe_projects(request: HttpRequest, reading: Reading) -> list[dict[str, Any]]:
    described = [_describe_project(reading, project) for project in reading.text.projects]
    if request.user.is_authenticated:
        for project in described:
            project |= _find_writing(reading, project)
    return described


def _find_writing(reading: Reading, project: dict[str, Any]) -> dict[str, Any]:
    """Where a student's code of a project is kept and its solution shown; the draft as the server has it now."""
    draft, address = reading.standing.drafts.get(project["key"]), [project["path"]]
    return {
        "draft": draft and vars(draft),
        "draft_url": reverse("runs:draft", args=address),
        "solution_url": reverse("runs:solution", args=address) if project["solvable"] else None,
    }


def _describe_project(reading: Reading, project: Project) -> dict[str, Any]:
    """What the lab needs to run a project and to show its last run; `path` is what starting a run calls it."""
    run = reading.standing.last_runs.get(project.key)
    path = f"{reading.course_slug}/{reading.slug}/{project.key}"
    predicted = project.key in reading.standing.predicted
    return vars(project) | {"path": path, "last_run": run and _describe_run(run), "predicted": predicted}


def _describe_run(run: LastRun) -> dict[str, str]:
    return {
        "id": run.id,
        "state": run.state,
        "url": reverse("runs:run", args=[run.id]),
        "tickets_url": reverse("runs:ticket", args=[run.id]),
        "replay_url": reverse("runs:replay", args=[run.id]),
        "stop_url": reverse("runs:stop", args=[run.id]),
    }


def _next_hole(reading: Reading) -> dict[str, str]:
    """The text's own link to the next chapter, as soon as that can be read."""
    link = _link(reading, reading.next)
    if reading.next is None or link is None:
        return {}
    return {f"next:{reading.next.slug}": format_html('<a class="next-chapter" href="{url}">{title}</a>', **link)}


def _link(reading: Reading, neighbour: Neighbour | None) -> dict[str, str] | None:
    if neighbour is None:
        return None
    return {"title": neighbour.title, "url": reverse("progress:chapter", args=[reading.course_slug, neighbour.slug])}
