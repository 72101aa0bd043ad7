"""Where the palette leads besides what it finds."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from apps.accounts.access import is_editor
from apps.progress.paths import find_bookmark, list_states
from apps.quizzes.visits import Reader, identify


@dataclass(frozen=True)
class Action:
    title: str
    url: str
    where: str = ""


def list_actions(request: HttpRequest) -> list[Action]:
    """What this reader may want to open, the place where they left off first. Five queries at most."""
    actions = [*_continue(identify(request)), Action("All courses", "/")]
    if request.user.is_authenticated:
        actions.append(Action("Your runs", reverse("runs:list")))
    actions.append(Action("The lab", reverse("runs:lab"), "Run code of your own"))
    if is_editor(request.user):
        actions.append(Action("Editing", reverse("courses:index")))
    return actions


def _continue(reader: Reader) -> list[Action]:
    bookmark = find_bookmark(reader, list_states(reader))
    if bookmark is None:
        return []
    where = f"{bookmark.title} · {bookmark.section}" if bookmark.section else bookmark.title
    return [Action("Continue where you left off", bookmark.url, where)]
