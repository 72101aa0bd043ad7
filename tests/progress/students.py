"""Builders and steps that tests of progress share."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.courses.models import Chapter
from apps.quizzes.models import Attempt
from apps.runs.models import Run
from workers.protocol import State

CHAPTER = "/courses/essentials/chapter-1/"
HTMX = {"HX-Request": "true"}


def build_student(email: str = "ada@example.org") -> User:
    return User.objects.create_user(email, name="Ada")


def build_run(user: User, chapter: Chapter, key: str = "predict", *, goal_met: bool = True, **fields: Any) -> Run:
    fields = {"state": State.SUCCEEDED, "finished_at": timezone.now(), "goal_met": goal_met} | fields
    return Run.objects.create(user=user, project=chapter.items.get(key=key), code="print(1)", **fields)


def answer_all(user: User, chapter: Chapter) -> None:
    for item in chapter.items.filter(kind="quiz"):
        Attempt.objects.create(user=user, item=item, choices=["a"], correct=True)


def send_reading(client: Client, *read: str, place: str | None = None, url: str = CHAPTER) -> Any:
    return client.post(f"{url}progress/", {"read": list(read), "place": place}, content_type="application/json")


def send_answer(
    client: Client, key: str, *choices: str, url: str = CHAPTER, headers: dict[str, str] | None = None
) -> Any:
    return client.post(f"{url}quiz/{key}/", {"choice": list(choices)}, headers=HTMX | (headers or {}))


def do_everything(user: User, chapter: Chapter, client: Client) -> None:
    send_reading(client, *(section["id"] for section in chapter.live_revision.outline))
    answer_all(user, chapter)
    for item in chapter.items.filter(kind="project"):
        build_run(user, chapter, item.key)
