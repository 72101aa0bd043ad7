"""What the templates of the chapter page are given, and what fills their holes for one reader."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from apps.catalogue import heads

from .access import Needed, Neighbour, Published, Reading
from .standing import LastRun, Missing, Standing, list_missing
from .texts import Text, hole, load_text

KNOWN = ' <span class="tag tag--good">Finished</span>'


class Kind(NamedTuple):
    """What the frame of a page depends on besides the chapter. `site` is scheme and host, as `http://localhost:8000`."""

    site: str
    is_student: bool
    is_editor: bool
    has_mailbox: bool


class Viewer(NamedTuple):
    """Who looks at a page; `name` is "" for a visitor."""

    name: str
    kind: Kind


class Somebody(NamedTuple):
    """Stands in a frame where a template asks for the reader."""

    is_authenticated: bool

    def __str__(self) -> str:
        return hole("name")


def describe_frame(chapter: Published, text: Text, kind: Kind) -> dict[str, Any]:
    """The context of the page without its reader: in their stead holes, which `describe_holes` knows how to fill."""
    path = reverse("progress:chapter", args=[chapter.course_slug, chapter.slug])
    return {
        "user": Somebody(kind.is_student),
        "viewer": {"is_editor": kind.is_editor, "has_mailbox": kind.has_mailbox},
        "request": {"path": path, "get_full_path": path},
        "course": {"title": chapter.course_title},
        "chapter": {"number": chapter.number},
        "revision": text.revision,
        "verified_on": chapter.verified_on,
        "outline": [vars(section) | {"read": hole(f"read:{section.id}")} for section in text.sections],
        "prerequisites": [_describe_needed(chapter, needed) for needed in chapter.needed],
        "body": text.fill(_next_hole(chapter)),
        "lab": {
            "projects": list_projects(chapter, kind.is_student),
            "code": text.projects[0].code if text.projects else "",
            "page": hole("page"),
        },
        "state": hole("state"),
        "finish": hole("finish"),
        "messages": hole("messages"),
        "previous": _link(chapter, chapter.previous),
        "next": _link(chapter, chapter.next),
        "address": path,
        "course_url": "../",
        "discussion_url": "discussion/",
        "notes_url": "notes/",
        "bookmarks_url": "bookmarks/",
        "notebook_url": f"../{chapter.slug}.ipynb",
        "head": _describe_head(chapter, text, kind.site),
    }


def describe_holes(reading: Reading, viewer: Viewer) -> dict[str, str]:
    """HTML for each hole of a page's frame. No query."""
    chapter, text, standing = reading.chapter, reading.text, reading.standing
    holes = dict.fromkeys([f"read:{key}" for key in standing.read], " data-read")
    holes |= dict.fromkeys([f"known:{slug}" for slug in standing.known], KNOWN)
    holes["name"] = escape(viewer.name)
    holes["state"] = write_json(describe_standing(reading, viewer), "chapter-state")
    holes["finish"] = show_finish(chapter, viewer.kind.is_student, standing.finished_at, *list_missing(text, standing))
    if text.projects and text.projects[0].key in standing.last_runs:
        holes["page"] = standing.last_runs[text.projects[0].key].id
    return holes


def write_json(value: object, name: str) -> str:
    """As Django's `json_script` does, in a fifth of its time."""
    written = (
        json.dumps(value, separators=(",", ":")).replace("&", "\\u0026").replace("<", "\\u003C").replace(">", "\\u003E")
    )
    return f'<script id="{name}" type="application/json">{written}</script>'


def _describe_needed(chapter: Published, needed: Needed) -> dict[str, Any]:
    """A chapter that should be known first, without an address until it can be read."""
    url = reverse("progress:chapter", args=[chapter.course_slug, needed.slug]) if needed.is_readable else None
    return {"title": needed.title, "url": url, "known": hole(f"known:{needed.slug}")}


def _describe_head(chapter: Published, text: Text, site: str) -> SafeString:
    """For machines."""
    return heads.describe_chapter(
        site=site,
        course=(chapter.course_slug, chapter.course_title),
        number=chapter.number,
        slug=chapter.slug,
        revision=text.revision,
    )


def describe_finish(reading: Reading) -> dict[str, Any]:
    """The context of `_finish.html`. No query."""
    missing = list_missing(reading.text, reading.standing)
    return _describe_finish(reading.chapter, reading.standing.finished_at, missing)


@lru_cache(maxsize=1024)
def show_finish(chapter: Published, is_student: bool, finished_at: datetime | None, *missing: Missing) -> SafeString:
    """`_finish.html` for the page: most readers miss the same, and the same reader misses it until something is done."""
    context = _describe_finish(chapter, finished_at, missing) | {"user": Somebody(is_student)}
    return render_to_string("progress/_finish.html", context)


def _describe_finish(chapter: Published, finished_at: datetime | None, missing: Sequence[Missing]) -> dict[str, Any]:
    return {
        "finished_at": finished_at,
        "missing": missing,
        "finish_url": reverse("progress:finish", args=[chapter.course_slug, chapter.slug]),
        "next": _link(chapter, chapter.next),
    }


def describe_standing(reading: Reading, viewer: Viewer) -> dict[str, Any]:
    """What the page's scripts start from, as plain JSON; of sections, those that are still in the text."""
    standing, sections = reading.standing, [section.id for section in reading.text.sections]
    return {
        "read": [key for key in sections if key in standing.read],
        "place": standing.place if standing.place in sections else None,
        "answered": {key: {"correct": correct} for key, correct in standing.answered.items()},
        "finished": standing.finished_at is not None,
        "projects": {one.key: _describe_own(standing, one.key, viewer) for one in reading.text.projects},
    }


@lru_cache(maxsize=1024)
def list_projects(chapter: Published, is_student: bool) -> list[dict[str, Any]]:
    """What the lab needs to run each project, the same for all; `path` is what starting a run calls it. The code is not
    said again: it stands in the text, in the project's listing."""
    projects = load_text(chapter.live).projects
    described = [vars(one) | {"path": f"{chapter.course_slug}/{chapter.slug}/{one.key}"} for one in projects]
    for project in described:
        del project["code"]
    if is_student:
        for project in described:
            project["draft_url"] = reverse("runs:draft", args=[project["path"]])
            project["solution_url"] = reverse("runs:solution", args=[project["path"]]) if project["solvable"] else None
    return described


def _describe_own(standing: Standing, key: str, viewer: Viewer) -> dict[str, Any]:
    """What the reader has done of a project, to show the last run of it, and a student's code as the server has it."""
    run, draft = standing.last_runs.get(key), standing.drafts.get(key)
    own = {"last_run": run and describe_run(run), "predicted": key in standing.predicted}
    return own | {"draft": draft and vars(draft)} if viewer.kind.is_student else own


@lru_cache(maxsize=1024)
def describe_run(run: LastRun) -> dict[str, str]:
    return {
        "id": run.id,
        "state": run.state,
        "url": reverse("runs:run", args=[run.id]),
        "tickets_url": reverse("runs:ticket", args=[run.id]),
        "replay_url": reverse("runs:replay", args=[run.id]),
        "stop_url": reverse("runs:stop", args=[run.id]),
    }


def _next_hole(chapter: Published) -> dict[str, str]:
    """The text's own link to the next chapter, as soon as that can be read."""
    link = _link(chapter, chapter.next)
    if chapter.next is None or link is None:
        return {}
    return {f"next:{chapter.next.slug}": format_html('<a class="next-chapter" href="{url}">{title}</a>', **link)}


def _link(chapter: Published, neighbour: Neighbour | None) -> dict[str, str] | None:
    if neighbour is None:
        return None
    return {"title": neighbour.title, "url": reverse("progress:chapter", args=[chapter.course_slug, neighbour.slug])}
