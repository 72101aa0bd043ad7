"""People open threads and reply. A request that comes twice, by a double click or a lost answer, makes one post."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from apps.accounts.models import User
from apps.courses.models import Chapter

from .access import may_post
from .markdown import render
from .models import MAX_DEPTH, STEP, Post, Thread


class TooDeep(Exception):
    """The branch has reached its greatest depth; one of the posts above can still be answered."""


def open_thread(*, actor: User, chapter: Chapter, title: str, body: str, client_token: UUID) -> Post:
    """The first post of a new thread, or the post that this token has already made. `TooMuch` as `markdown.render`."""
    require_may_post(actor)
    html = render(body)
    try:
        with transaction.atomic():
            thread = Thread.objects.create(chapter=chapter, author=actor, title=title)
            return create_post(
                thread=thread, parent=None, author=actor, body=body, html=html, client_token=client_token
            )
    except IntegrityError:
        if repeated := find_repeated(actor, client_token):
            return repeated
        raise


def reply(*, actor: User, parent: Post, body: str, client_token: UUID) -> Post:
    """A post below `parent`, or the post that this token has already made. Raises `TooDeep`, and `TooMuch`."""
    require_may_post(actor)
    if parent.depth >= MAX_DEPTH:
        raise TooDeep
    html = render(body)
    try:
        with transaction.atomic():
            post = create_post(
                thread=parent.thread, parent=parent, author=actor, body=body, html=html, client_token=client_token
            )
            Thread.objects.filter(pk=post.thread_id).update(replies=F("replies") + 1, active_at=timezone.now())
            post.thread.replies += 1
            return post
    except IntegrityError:
        if repeated := find_repeated(actor, client_token):
            return repeated
        raise


def require_may_post(actor: User) -> None:
    if not may_post(actor):
        raise PermissionDenied("Log in to take part.")


def create_post(*, thread: Thread, parent: Post | None, author: User, body: str, html: str, client_token: UUID) -> Post:
    """One INSERT: the id is drawn first, because the path holds it."""
    post_id = draw_id()
    return Post.objects.create(
        pk=post_id,
        thread=thread,
        parent=parent,
        author=author,
        body=body,
        html=html,
        client_token=client_token,
        path=(bytes(parent.path) if parent else b"") + post_id.to_bytes(STEP, "big"),
        depth=parent.depth + 1 if parent else 0,
    )


def draw_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [Post._meta.db_table])
        return int(cursor.fetchone()[0])


def find_repeated(actor: User, client_token: UUID) -> Post | None:
    return Post.objects.select_related("thread").filter(author=actor, client_token=client_token).first()
