"""Builders that the tests of discussions share."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.courses.models import Chapter, Course, Revision
from apps.discussions.markdown import render
from apps.discussions.models import MAX_DEPTH, Post, Thread
from apps.discussions.posting import add_post, lock_parent
from apps.discussions.refusals import TooDeep

DISCUSSION = "/courses/essentials/intro/discussion/"


def build_chapter(slug: str = "intro", *, live: bool = True) -> Chapter:
    course, _ = Course.objects.get_or_create(slug="essentials", defaults={"title": "Essentials"})
    chapter = Chapter.objects.create(course=course, number=course.chapters.count() + 1, slug=slug, title="Intro")
    if live:
        chapter.live = Revision.objects.create(
            chapter=chapter,
            number=1,
            source="",
            title="Intro",
            level="Beginner",
            updated=date(2026, 11, 1),
            html="",
            minutes=1,
        )
        chapter.save()
    return chapter


def build_person(email: str = "ada@example.org", name: str = "Ada") -> User:
    return User.objects.create_user(email, None, name=name)


@transaction.atomic
def build_thread(
    chapter: Chapter, author: User, title: str = "Why 10?", body: str = "It is not 9.", **fields: Any
) -> Post:
    """The first post of a new thread, however much its author has posted."""
    thread = Thread.objects.create(chapter=chapter, author=author, title=title, **fields)
    return add_post(
        thread=thread, parent=None, author=author, body=body, html=render(body), token=uuid.uuid4(), note=""
    )


@transaction.atomic
def build_reply(parent: Post, author: User, body: str = "Because.", note: str = "") -> Post:
    """A post below another, however much its author has posted; held with a `note`."""
    parent = lock_parent(parent.pk)
    if parent.depth >= MAX_DEPTH:
        raise TooDeep
    return add_post(
        thread=parent.thread,
        parent=parent,
        author=author,
        body=body,
        html=render(body),
        token=uuid.uuid4(),
        note=note,
    )


def fill_thread_form(**changes: Any) -> dict[str, Any]:
    return {"title": "Why 10?", "body": "It is not 9.", "client_token": uuid.uuid4()} | changes


def fill_reply_form(parent: Post, **changes: Any) -> dict[str, Any]:
    return {"parent": parent.pk, "body": "Because.", "client_token": uuid.uuid4()} | changes


def path_of(thread: Thread) -> str:
    return f"/discussions/{thread.pk}/"
