"""People open threads and reply. A request that comes twice, by a double click or a lost answer, makes one post.

Whatever somebody posts at the same time waits in a row (a lock on the author), and so do the replies of a thread (a lock
on its row): limits are kept, counts are right, and a branch that is moved meanwhile is answered where it stands then.

Here and in moderation locks are taken in one order, so that nobody waits in a circle: the author, threads by their ids, an
item of the queue, posts.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.dispatch import Signal
from django.utils import timezone

from apps.accounts.models import User
from apps.courses.models import Chapter
from apps.runs.models import Run

from .access import require
from .attaching import attach, require_own
from .markdown import render
from .mentions import find_mentioned, keep_mentioned, locate_all, require_few
from .models import MAX_DEPTH, STEP, Follow, Post, State, Thread
from .pacing import judge
from .refusals import NotNow, TooDeep
from .rights import GONE, Action
from .telling import announce_post

POSTING = 0x706F7374  # "post": the first half of the advisory lock's key
held = Signal()
"""Within the transaction: `post` should be seen by a moderator, `note` says why. The queue listens.

A post that is visible was changed by its author, and is hidden until then.
"""


def open_thread(
    *,
    actor: User,
    chapter: Chapter,
    title: str,
    body: str,
    client_token: UUID,
    kind: Thread.Kind = Thread.Kind.QUESTION,
    anchor: tuple[Thread.Anchor, str] = (Thread.Anchor.CHAPTER, ""),
    run: Run | None = None,
    typed_s: float | None = None,
) -> Post:
    """The first post of a new thread, or the post that this token has already made. Its author follows the thread.

    Raises a `Refusal`, and `TooMuch` as `markdown.render`. A post that is held back comes with that state.
    """
    action = Action.ANNOUNCE if kind == Thread.Kind.ANNOUNCEMENT else Action.OPEN
    require(actor, action, chapter)
    require_own(actor, run)
    mentioned = find_mentioned(None, body)
    html = render(body, locate_all(mentioned))
    with transaction.atomic():
        lock_author(actor)
        if repeated := find_repeated(actor, client_token):
            return repeated
        thread = Thread(chapter=chapter, author=actor, title=title, kind=kind, run=run, has_run=run is not None)
        thread.anchor_kind, thread.anchor_key = anchor
        if kind == Thread.Kind.ANNOUNCEMENT:
            thread.pinned_at = timezone.now()
        note, limits = judge(actor=actor, thread=thread, body=body, typed_s=typed_s)
        require_few(mentioned, limits.mentions)
        if note:
            thread.state = Thread.State.HIDDEN  # a title, too, can be what has to be seen first
        thread.save()
        attach(run)
        Follow.objects.create(person=actor, thread=thread)
        post = add_post(
            thread=thread, parent=None, author=actor, body=body, html=html, token=client_token, run=run, note=note
        )
        if mentioned:
            keep_mentioned(post, mentioned.values())
        return post


def reply(
    *,
    actor: User,
    parent: Post,
    body: str,
    client_token: UUID,
    run: Run | None = None,
    typed_s: float | None = None,
) -> Post:
    """A post below `parent`, or the post that this token has already made; else as `open_thread`, and `TooDeep`."""
    require_own(actor, run)
    mentioned = find_mentioned(parent.thread, body)
    html = render(body, locate_all(mentioned))
    with transaction.atomic():
        lock_author(actor)
        if repeated := find_repeated(actor, client_token):
            return repeated
        parent = lock_parent(parent.pk)
        require(actor, Action.REPLY, parent)
        if parent.depth >= MAX_DEPTH:
            raise TooDeep
        note, limits = judge(actor=actor, thread=parent.thread, body=body, typed_s=typed_s)
        require_few(mentioned, limits.mentions)
        attach(run)
        post = add_post(
            thread=parent.thread,
            parent=parent,
            author=actor,
            body=body,
            html=html,
            token=client_token,
            run=run,
            note=note,
        )
        if mentioned:
            keep_mentioned(post, mentioned.values())
        return post


def add_post(
    *,
    thread: Thread,
    parent: Post | None,
    author: User | None,
    body: str,
    html: str,
    token: UUID,
    run: Run | None = None,
    note: str = "",
) -> Post:
    """Write a post that has been judged, with what is kept beside it, and have it told or, with a `note`, held."""
    post = create_post(
        thread=thread,
        parent=parent,
        author=author,
        body=body,
        html=html,
        client_token=token,
        run=run,
        state=State.HELD if note else State.VISIBLE,
    )
    if note:
        held.send(sender=Post, post=post, note=note)
    else:
        count_in(post)
        announce_post(post)
    return post


def count_in(post: Post) -> None:
    """A reply has appeared: in its thread's numbers, and at the head of its branch. The thread's row is locked first."""
    now, thread = timezone.now(), post.thread
    changes = {"has_run": True} if post.run_id else {}
    if post.depth > 0:
        Thread.objects.filter(pk=thread.pk).update(replies=F("replies") + 1, active_at=now, **changes)
        thread.replies += 1
    if post.depth > 1:
        Post.objects.filter(pk=find_branch(post)).update(active_at=now)


def find_branch(post: Post) -> int:
    """The id of the post of depth 1 above it, or its own; 0 for the first of a thread."""
    return int.from_bytes(bytes(post.path)[STEP : 2 * STEP], "big")


def lock_author(actor: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [POSTING, actor.pk % 2**31])


def lock_parent(post_id: int) -> Post:
    """The post as it stands now, its thread's row locked: it may have been moved to another since the page was shown."""
    for _ in range(3):
        thread_id = Post.objects.filter(pk=post_id).order_by("pk").values_list("thread", flat=True).first()
        if thread_id is None:
            break
        if post := lock_in(thread_id, post_id):
            return post
    raise NotNow(GONE)


def lock_in(thread_id: int, post_id: int) -> Post | None:
    """The post, the row of this thread locked; None, and nothing locked, where it stands there no more.

    Who kept that lock and went on to another thread would have two in any order, and of those each may wait for the other.
    """
    before = transaction.savepoint()
    Thread.objects.select_for_update(no_key=True).order_by("pk").values_list("pk").filter(pk=thread_id).first()
    posts = Post.objects.select_related("author", "thread__author", "thread__chapter")
    post = posts.filter(pk=post_id, thread=thread_id).order_by("pk").first()
    (transaction.savepoint_commit if post else transaction.savepoint_rollback)(before)
    return post


def create_post(
    *,
    thread: Thread,
    parent: Post | None,
    author: User | None,
    body: str,
    html: str,
    client_token: UUID,
    run: Run | None = None,
    state: State = State.VISIBLE,
) -> Post:
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
        run=run,
        state=state,
    )


def draw_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [Post._meta.db_table])
        return int(cursor.fetchone()[0])


def find_repeated(actor: User, client_token: UUID) -> Post | None:
    """One short query: mostly there is none."""
    found = Post.objects.filter(author=actor, client_token=client_token).order_by().values_list("pk", flat=True).first()
    return Post.objects.select_related("thread").get(pk=found) if found else None
