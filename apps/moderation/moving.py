"""Threads are moved, merged and split. Whoever replies meanwhile answers the post where it stands then: see `lock_parent`.

Posts keep their ids, votes, flags and history. Everything of a thread is changed by one statement, and its numbers are
counted anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from apps.accounts.models import User
from apps.conduct.access import moderates
from apps.conduct.models import Act, Verb
from apps.courses.models import Chapter
from apps.discussions.access import require
from apps.discussions.models import MAX_DEPTH, STEP, Post, Thread
from apps.discussions.rights import Action

from .models import ReviewItem
from .refusals import NotAllowed, NotNow, Unfit
from .threads import leave_trace, lock_thread

Values = dict[str, int | bytes | bool | datetime | None]
MOST = 50
"""Branches that are split off at once."""

# A post at the greatest depth would come to stand one deeper; it becomes the sibling of the post that it answered.
MERGE = f"""
UPDATE discussions_post SET
    thread_id = %(into)s,
    parent_id = CASE WHEN depth = 0 THEN %(root)s WHEN depth = {MAX_DEPTH}
        THEN ('x' || encode(substring(path FROM {(MAX_DEPTH - 2) * STEP + 1} FOR {STEP}), 'hex'))::bit(64)::bigint
        ELSE parent_id END,
    path = %(path)s || CASE WHEN depth = {MAX_DEPTH}
        THEN substring(path FROM 1 FOR {(MAX_DEPTH - 1) * STEP}) || substring(path FROM {MAX_DEPTH * STEP + 1})
        ELSE path END,
    depth = least(depth + 1, {MAX_DEPTH}),
    active_at = CASE WHEN depth = 0 THEN %(active_at)s ELSE active_at END
WHERE thread_id = %(thread)s
"""  # noqa: S608 (put together from numbers of ours)
FOLLOW_ON = """
INSERT INTO discussions_follow (person_id, thread_id, created_at)
SELECT follow.person_id, %(into)s, now() FROM discussions_follow follow
WHERE follow.thread_id = %(thread)s AND (NOT %(only_authors)s
    OR follow.person_id IN (SELECT author_id FROM discussions_post WHERE thread_id = %(into)s))
ON CONFLICT DO NOTHING
"""
SPLIT = """
UPDATE discussions_post SET
    thread_id = %(into)s,
    parent_id = CASE WHEN id = %(post)s THEN %(parent)s ELSE parent_id END,
    path = %(path)s || substring(path FROM %(start)s),
    depth = depth - %(less)s
WHERE thread_id = %(thread)s AND path >= %(branch)s AND path < %(branch)s || '\\xff'::bytea
"""
COUNT = """
UPDATE discussions_thread SET
    replies = (SELECT count(*) FROM discussions_post post
               WHERE post.thread_id = %(thread)s AND post.depth > 0 AND post.state = 'visible'),
    has_run = EXISTS (SELECT FROM discussions_post post
                      WHERE post.thread_id = %(thread)s AND post.run_id IS NOT NULL AND post.state = 'visible'),
    active_at = COALESCE((SELECT max(post.created_at) FROM discussions_post post
                          WHERE post.thread_id = %(thread)s AND post.state = 'visible'), active_at),
    score = COALESCE((SELECT post.wilson FROM discussions_post post
                      WHERE post.thread_id = %(thread)s AND post.parent_id IS NULL), 0),
    accepted_id = (SELECT post.id FROM discussions_post post
                   WHERE post.thread_id = %(thread)s AND post.id = discussions_thread.accepted_id)
WHERE id = %(thread)s
"""
BRANCHES = """
UPDATE discussions_post root SET active_at = (
    SELECT max(below.created_at) FROM discussions_post below
    WHERE below.thread_id = root.thread_id AND below.path >= root.path AND below.path < root.path || '\\xff'::bytea)
WHERE root.thread_id = %(thread)s AND root.depth = 1
"""


@transaction.atomic
def move(*, actor: User, thread: Thread, chapter: Chapter, reason: str) -> Act:
    """Put a thread under another chapter, where it stands under the chapter itself. Raises a `Refusal`.

    The actor moderates both courses.
    """
    thread = lock_thread(thread.pk)
    require(actor, Action.MOVE, thread)
    if not moderates(actor, chapter.course_id):
        raise NotAllowed("You do not moderate the course that it would move to. Ask somebody who does.")
    if chapter.live is None:
        raise Unfit("Nobody can read that chapter yet. Choose one that is published.")
    if thread.chapter_id == chapter.pk:
        raise NotNow("The thread stands under this chapter already.")
    Thread.objects.filter(pk=thread.pk).update(
        chapter=chapter, anchor_kind=Thread.Anchor.CHAPTER, anchor_key="", pinned_at=None
    )
    ReviewItem.objects.filter(post__thread=thread.pk).update(course=chapter.course_id)
    details = {"from": thread.chapter_id, "to": chapter.pk, "anchor": [thread.anchor_kind, thread.anchor_key]}
    return leave_trace(actor, thread, Verb.MOVE, reason, details)


@transaction.atomic
def merge(*, actor: User, thread: Thread, into: Thread, reason: str) -> Act:
    """Hang everything said in `thread` below the first post of `into`; the old address leads there. Raises a `Refusal`."""
    if thread.pk == into.pk:
        raise Unfit("A thread cannot be merged into itself. Name another one.")
    locked = {each: lock_thread(each) for each in sorted([thread.pk, into.pk])}  # in one order, whoever merges what
    thread, into = locked[thread.pk], locked[into.pk]
    require(actor, Action.MERGE, thread)
    require(actor, Action.MERGE, into)
    first = Post.objects.get(thread=into, parent=None)
    Thread.objects.filter(pk=thread.pk).update(accepted=None)
    values: Values = {"thread": thread.pk, "into": into.pk, "root": first.pk, "path": bytes(first.path)}
    values |= {"active_at": thread.active_at, "only_authors": False}
    execute(MERGE, values)
    execute(FOLLOW_ON, values)
    for each in (thread, into):
        execute(COUNT, {"thread": each.pk})
    Thread.objects.filter(pk=thread.pk).update(merged_into=into, pinned_at=None)
    lead_on(thread, into)
    ReviewItem.objects.filter(post__thread=into).update(course=into.chapter.course_id)
    return leave_trace(actor, thread, Verb.MERGE, reason, {"into": into.pk, "title": thread.title})


def lead_on(thread: Thread, into: Thread) -> None:
    """What had been merged into `thread` leads to `into` at once. One that somebody holds just now leads there by a
    further step, because waiting for it here would be out of order.
    """
    shells = Thread.objects.select_for_update(skip_locked=True, no_key=True).filter(merged_into=thread)
    Thread.objects.filter(pk__in=[shell.pk for shell in shells]).update(merged_into=into)


@transaction.atomic
def split(*, actor: User, thread: Thread, posts: Sequence[int], title: str, reason: str) -> Thread:
    """Make a new thread of these posts (ids) with all that is below them: the first of them opens it, the others answer
    it. Raises a `Refusal`.
    """
    thread = lock_thread(thread.pk)
    if not title.strip():
        raise Unfit("Give the new thread a title.")
    roots = choose_roots(actor, thread, posts)
    first = roots[0]
    kind = Thread.Kind.DISCUSSION if thread.kind == Thread.Kind.ANNOUNCEMENT else thread.kind
    new = Thread.objects.create(chapter=thread.chapter, author=first.author, title=title.strip()[:160], kind=kind)
    for root in roots:
        hang(root, thread, new, first)
    for each in (thread, new):
        execute(COUNT, {"thread": each.pk})
    execute(BRANCHES, {"thread": new.pk})
    execute(FOLLOW_ON, {"thread": thread.pk, "into": new.pk, "only_authors": True})
    leave_trace(actor, new, Verb.SPLIT, reason, {"from": thread.pk, "posts": [root.pk for root in roots]})
    return new


def choose_roots(actor: User, thread: Thread, ids: Sequence[int]) -> list[Post]:
    """The chosen posts, in the order of their age, without those that stand below another chosen one."""
    found = Post.objects.filter(thread=thread, pk__in=ids).select_related("author").order_by("pk")
    posts = list(found[: MOST + 1])
    if len(posts) < len(set(ids)):
        raise NotNow("Some of these posts do not stand in this thread any more. Choose again.")
    if not posts or len(posts) > MOST:
        raise Unfit(f"Choose between 1 and {MOST} posts.")
    for post in posts:
        post.thread = thread
        require(actor, Action.SPLIT, post)
        if post.depth == 0:
            raise Unfit("The first post stays: without it there is no thread. Move the whole thread instead.")
    chosen = {bytes(post.path) for post in posts}
    return [
        post for post in posts if not any(bytes(post.path)[:end] in chosen for end in range(STEP, len(post.path), STEP))
    ]


def hang(root: Post, thread: Thread, into: Thread, first: Post) -> None:
    """Take one branch over: as the first post, or as an answer to it."""
    opens = root.pk == first.pk
    execute(
        SPLIT,
        {
            "thread": thread.pk,
            "into": into.pk,
            "post": root.pk,
            "parent": None if opens else first.pk,
            "path": b"" if opens else first.pk.to_bytes(STEP, "big"),
            "start": root.depth * STEP + 1,
            "less": root.depth - (0 if opens else 1),
            "branch": bytes(root.path),
        },
    )


def execute(statement: str, values: Values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
