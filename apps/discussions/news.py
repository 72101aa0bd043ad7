"""What came into a thread lately, found without reading the thread: by its branches, which an index keeps by activity."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from apps.accounts.models import User

from .models import Thread

MOST = 100
"""So many new posts of a thread are counted; “100+” says as much as the number would."""

# A branch that was quiet since the last post that was seen holds nothing new. Where that post has gone, the time of the
# mark is taken. What orders and limits the inner parts keeps Postgres on the indexes of branches and of paths: by ids it
# would read whatever came since into all threads.
COUNT = """
SELECT mark.thread_id, (SELECT count(*) FROM (
    SELECT 1 FROM (
        SELECT thread_id, path FROM discussions_post
        WHERE thread_id = mark.thread_id AND depth = 1 AND active_at >= COALESCE(seen.created_at, mark.at)
        ORDER BY active_at DESC, id DESC LIMIT %(most)s) branch
    CROSS JOIN LATERAL (
        SELECT post.id, post.author_id, post.state FROM discussions_post post
        WHERE post.thread_id = branch.thread_id AND post.path >= branch.path AND post.path < branch.path || '\\xff'::bytea
        OFFSET 0) found
    WHERE found.id > mark.last_post_id AND found.state = 'visible' AND found.author_id IS DISTINCT FROM mark.person_id
      AND NOT EXISTS (SELECT 1 FROM discussions_mute mute
                      WHERE mute.person_id = mark.person_id AND mute.muted_id = found.author_id)
    LIMIT %(most)s) counted)
FROM discussions_readmark mark LEFT JOIN discussions_post seen ON seen.id = mark.last_post_id
WHERE mark.person_id = %(person)s AND mark.thread_id = ANY(%(threads)s)
"""

# The newest posts of a thread stand in its most active branches, of which there are no more than there are posts wanted.
NEWEST = """
SELECT found.id FROM (
    SELECT thread_id, path FROM discussions_post WHERE thread_id = %(thread)s AND depth = 1
    ORDER BY active_at DESC, id DESC LIMIT %(most)s) branch
CROSS JOIN LATERAL (
    SELECT id FROM discussions_post post
    WHERE post.thread_id = branch.thread_id AND post.path >= branch.path AND post.path < branch.path || '\\xff'::bytea
    OFFSET 0) found
ORDER BY found.id DESC LIMIT %(most)s
"""


def count_new(person: User, threads: Sequence[int]) -> dict[int, int]:
    """How many posts of others came since `person` was there, at most `MOST` a thread; where they never were is left out.

    One query, whose cost grows with what is new. Whom they mute does not count.
    """
    if not threads:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"person": person.pk, "threads": list(threads), "most": MOST})
        return dict(cursor.fetchall())


def list_newest(thread: Thread, most: int) -> list[int]:
    """The ids of the newest replies of a thread in whatever state, newest first. One query, whatever the thread's size."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, {"thread": thread.pk, "most": most})
        return [each for (each,) in cursor.fetchall()]
