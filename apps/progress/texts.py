"""Live texts, prepared for reading and kept in this process: a revision never changes, so nothing here goes stale."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zlib import crc32

from django.utils.safestring import SafeString, mark_safe

from apps.courses.dialect import show_asked
from apps.courses.models import Item, Revision

from .drawings import take_out

HOLE = re.compile("<!--([a-z]+(?::[a-z0-9-]+)?)-->")
"""Where a page waits for what only some know: its reader's name, say, or whether the next chapter can be read."""


def hole(name: str) -> SafeString:
    """No text can hold one: what people write is escaped, and comments never get into a revision's HTML."""
    return mark_safe(f"<!--{name}-->")  # noqa: S308


NEEDED = (
    "title",
    "level",
    "summary",
    "updated",
    "minutes",
    "run_minutes",
    "created_at",
    "html",
    "outline",
    "projects",
)


@dataclass(frozen=True)
class Section:
    id: str
    number: int
    title: str
    kind: str


@dataclass(frozen=True)
class Project:
    """Of a project what its page may know: `checks` by name, the `question` without its answer, whether there is a
    solution and not which."""

    key: str
    title: str
    code: str
    goal: str
    checks: list[str]
    question: dict[str, object] | None
    mistakes: dict[str, str]
    solvable: bool


@dataclass(frozen=True)
class Text:
    """A revision as its readers need it. `questions` and `projects` stand in the order of the text.

    `pieces` is the HTML cut at its holes: text and names of holes by turns. `drawings` is an SVG file, "" for none.
    """

    revision: Revision
    pieces: list[str]
    drawings: str
    sections: list[Section]
    questions: list[str]
    projects: list[Project]

    def fill(self, holes: Mapping[str, str]) -> SafeString:
        """The chapter's HTML with its holes filled, those not named with nothing. A join, not a template."""
        pieces = self.pieces.copy()
        pieces[1::2] = [holes.get(name, "") for name in pieces[1::2]]
        return mark_safe("".join(pieces))  # noqa: S308


@lru_cache(maxsize=256)  # some 100 KB each: every chapter of several courses
def load_text(revision: int) -> Text:
    """The text of a revision by its id. Two queries the first time in this process, then none."""
    loaded = Revision.objects.only("chapter_id", "quizzes", *NEEDED).get(pk=revision)
    divided = take_out(loaded.html, f"drawings/{revision}.svg?{crc32(loaded.html.encode()):x}")
    ordered = Item.objects.filter(chapter=loaded.chapter_id).order_by("position").values_list("key", flat=True)
    keys = list(ordered)
    return Text(
        revision=loaded,
        pieces=HOLE.split(divided.html),
        drawings=divided.drawings,
        sections=[Section(one["id"], one["number"], one["title"], one["kind"]) for one in loaded.outline],
        questions=[key for key in keys if key in loaded.quizzes],
        projects=[_project(key, loaded.projects[key]) for key in keys if key in loaded.projects],
    )


def _project(key: str, stored: dict[str, Any]) -> Project:
    question = stored.get("question")
    return Project(
        key,
        stored["title"],
        stored["code"],
        stored["goal"],
        checks=[check["name"] for check in stored.get("checks", [])],
        question=show_asked(question) if question else None,
        mistakes=stored.get("mistakes", {}),
        solvable=bool(stored.get("solution")),
    )
