"""Votes. A vote and the counts it changes are one statement, under a lock on the post: right whoever else votes meanwhile."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from django.db import connection, transaction

from apps.accounts.models import User

from .access import require
from .models import Post
from .refusals import NotNow
from .rights import GONE, Action

# What the first half really changed moves the counts, and the score is a column that the database computes from them. The
# post is locked before: by one statement alone, counts went wrong when one person voted many times at once (see the test).
LOCK = "SELECT thread_id, depth FROM discussions_post WHERE id = %s FOR NO KEY UPDATE"
LOCK_THREAD = "SELECT FROM discussions_thread WHERE id = %s FOR NO KEY UPDATE"
COUNT = """
UPDATE discussions_post post
SET ups = post.ups + (changed.after = 1)::int - (changed.before = 1)::int,
    downs = post.downs + (changed.after = -1)::int - (changed.before = -1)::int
FROM changed WHERE post.id = %(post)s
RETURNING post.ups, post.downs, post.wilson
"""
CAST = f"""
WITH changed AS (
    INSERT INTO discussions_vote (post_id, person_id, value, at) VALUES (%(post)s, %(person)s, %(value)s, now())
    ON CONFLICT (post_id, person_id) DO UPDATE SET value = EXCLUDED.value, at = EXCLUDED.at
        WHERE discussions_vote.value <> EXCLUDED.value
    RETURNING COALESCE(old.value, 0) AS before, new.value AS after)
{COUNT}
"""  # noqa: S608 (put together from what stands above)
TAKE_BACK = f"""
WITH changed AS (
    DELETE FROM discussions_vote WHERE post_id = %(post)s AND person_id = %(person)s
    RETURNING value AS before, 0 AS after)
{COUNT}
"""  # noqa: S608
SCORE = """
UPDATE discussions_thread thread SET score = post.wilson FROM discussions_post post
WHERE post.id = %s AND post.depth = 0 AND thread.id = post.thread_id
"""


class Moved(Exception):
    """The post came to stand elsewhere since it was loaded: what is to be locked has changed."""


class Tally(NamedTuple):
    ups: int
    downs: int


def vote(*, actor: User, post: Post, value: int) -> Tally:
    """Set the actor's vote on a post to +1 or -1, or take it back (0); saying the same twice changes nothing.

    Answers the counts as they are now. Raises a `Refusal`, for one's own post, too. Two statements, and
    two more for the first post of a thread.
    """
    if value not in (-1, 0, 1):
        raise ValueError(f"a vote is -1, 0 or 1, not {value}")
    require(actor, Action.VOTE, post)
    for _ in range(3):
        with suppress(Moved):
            return count(actor, post, value)
        post.refresh_from_db(fields=["thread", "depth"])
    raise NotNow(GONE)


@transaction.atomic
def count(actor: User, post: Post, value: int) -> Tally:
    """Raises `Moved`, with nothing locked or changed."""
    with connection.cursor() as cursor:
        if post.depth == 0:  # its thread is changed, too, and whoever locks both begins with the thread
            cursor.execute(LOCK_THREAD, [post.thread_id])
        cursor.execute(LOCK, [post.pk])
        if cursor.fetchone() != (post.thread_id, post.depth):
            raise Moved
        cursor.execute(CAST if value else TAKE_BACK, {"post": post.pk, "person": actor.pk, "value": value})
        changed = cursor.fetchone()
        if changed is None:
            post.refresh_from_db(fields=["ups", "downs"])
        else:
            post.ups, post.downs = changed[0], changed[1]
            if post.depth == 0:
                cursor.execute(SCORE, [post.pk])
    return Tally(post.ups, post.downs)
