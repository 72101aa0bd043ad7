"""What becomes of a post: the only way from one state to another, with the numbers that follow."""

from __future__ import annotations

from django.db import connection
from django.db.models import F
from django.utils import timezone

from apps.conduct.models import Act

from .models import Post, State, Thread
from .posting import count_in
from .refusals import NotNow
from .rights import STATES
from .telling import announce_post

NEXT = {
    State.HELD: {State.VISIBLE, State.HIDDEN, State.DELETED},
    State.VISIBLE: {State.HIDDEN, State.DELETED},
    State.HIDDEN: {State.VISIBLE, State.DELETED},
    State.DELETED: {State.VISIBLE},
}


def move_post(*, post: Post, to: State, act: Act | None = None) -> None:
    """Within a transaction that has locked the post's thread: give it a state, on the word of `act` if a moderator did it.

    Guarded: raises `NotNow` when somebody was faster, or no such way leads there. An acceptance of a post that goes is
    taken back. What appears for the first time is told.
    """
    before = State(post.state)
    withdrawn_at = timezone.now() if to == State.DELETED and before == State.VISIBLE and act is None else None
    if to not in NEXT[before]:
        raise NotNow(STATES[before])
    moved = Post.objects.filter(pk=post.pk, state=before).update(
        state=to, state_act=act.pk if act else None, withdrawn_at=withdrawn_at
    )
    if not moved:
        raise NotNow("Somebody was faster. Look at it again.")
    post.state, post.state_act, post.withdrawn_at = to, act.pk if act else None, withdrawn_at
    if to == State.VISIBLE:
        count_in_again(post, was_held=before == State.HELD)
    elif before == State.VISIBLE:
        count_out(post)


def count_in_again(post: Post, *, was_held: bool) -> None:
    if was_held:
        count_in(post)
        if post.depth == 0:  # its thread was kept back with it
            Thread.objects.filter(pk=post.thread_id).update(state=Thread.State.VISIBLE)
        announce_post(post)
    elif post.depth > 0:
        Thread.objects.filter(pk=post.thread_id).update(replies=F("replies") + 1)
    update_has_run(post)


def count_out(post: Post) -> None:
    if post.depth > 0:
        Thread.objects.filter(pk=post.thread_id, replies__gt=0).update(replies=F("replies") - 1)
    Thread.objects.filter(pk=post.thread_id, accepted=post.pk).update(accepted=None)
    update_has_run(post)


def update_has_run(post: Post) -> None:
    """Costs nothing for a post without a run."""
    if post.run_id is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE discussions_thread SET has_run = EXISTS (SELECT 1 FROM discussions_post"
            " WHERE thread_id = %(thread)s AND run_id IS NOT NULL AND state = 'visible') WHERE id = %(thread)s",
            {"thread": post.thread_id},
        )
