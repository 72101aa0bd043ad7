"""The page of a thread: its replies in the wished order, each with the beginning of what was said below it.

A page costs the same in a thread of fifty thousand: the replies of depth 1 come from an index in their order, and of each
the first posts below from the index of paths, which is a walk through the tree. Where the page goes on is said by the
values of the last reply, compared as a row, and not by a number of rows: votes and new posts move nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import connection

from apps.conduct.access import moderates

from .access import Viewer
from .models import STEP, Post, Thread
from .reading import WHOLE, Rest, ShownPost, drop_stumps, show

BRANCHES = 20
BELOW = WHOLE
"""So many posts of each branch are shown with it; the rest has a page of its own, by `reading.list_posts`."""


class Order(StrEnum):
    """Of the replies to the first post; below each, what was said first comes first."""

    TOP = "top"
    NEWEST = "newest"
    OLDEST = "oldest"
    ACTIVE = "active"


class Cursor(NamedTuple):
    """The last reply that was shown: what it was sorted by, and its id."""

    key: float | int | datetime
    post: int

    def __str__(self) -> str:
        key = self.key.isoformat() if isinstance(self.key, datetime) else repr(self.key)
        return f"{key}~{self.post}"


READ: Mapping[Order, Any] = {
    Order.TOP: float,
    Order.NEWEST: int,
    Order.OLDEST: int,
    Order.ACTIVE: datetime.fromisoformat,
}


def read_cursor(order: Order, text: str) -> Cursor:
    """What `str` made of one. Raises `ValueError` for anything else."""
    key, _, post = text.partition("~")
    if "\0" in text or not post.isascii() or not post.isdigit() or int(post) >= 2**63:
        raise ValueError("no cursor")
    value = READ[order](key)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("no cursor")
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("no cursor")
    return Cursor(value, int(post))


class Way(NamedTuple):
    """What a reply is sorted by, the order by an index, and what comes after a cursor."""

    key: str
    order: str
    after: str


WAYS = {
    Order.TOP: Way("wilson", "(-wilson), id", "((-wilson), id) > (-%(key)s::float8, %(post)s)"),
    Order.NEWEST: Way("id", "id DESC", "id < %(post)s"),
    Order.OLDEST: Way("id", "id", "id > %(post)s"),
    Order.ACTIVE: Way("active_at", "active_at DESC, id DESC", "(active_at, id) < (%(key)s::timestamptz, %(post)s)"),
}
SHOWN = "(state <> 'held' OR %(moderates)s OR author_id = %(viewer)s)"


def write_page(way: Way, *, goes_on: bool) -> str:
    """Ids of replies in their order, of each the posts below it, one more than is shown of both."""
    after = f"AND {way.after}" if goes_on else ""
    return f"""
    WITH root AS MATERIALIZED (
        SELECT id, path, {way.key} AS key, row_number() OVER (ORDER BY {way.order}) AS place
        FROM discussions_post WHERE thread_id = %(thread)s AND depth = 1 AND {SHOWN} {after}
        ORDER BY {way.order} LIMIT %(roots)s)
    SELECT root.key, root.id, below.id FROM root CROSS JOIN LATERAL (
        SELECT id, path FROM discussions_post
        WHERE thread_id = %(thread)s AND path >= root.path AND path < root.path || '\\xff'::bytea AND {SHOWN}
        ORDER BY path LIMIT %(below)s) below
    ORDER BY root.place, below.path
    """  # noqa: S608 (put together from the table above)


MANY = 99
"""So far is counted what a branch does not show."""
COUNT = f"""
SELECT start.id, (SELECT count(*) FROM (
    SELECT 1 FROM discussions_post
    WHERE thread_id = %(thread)s AND path >= start.path AND path < substr(start.path, 1, %(branch)s) || '\\xff'::bytea
      AND {SHOWN} LIMIT %(many)s) counted)
FROM unnest(%(ids)s::bigint[], %(paths)s::bytea[]) AS start (id, path)
"""  # noqa: S608


@dataclass(frozen=True)
class Branch:
    """A reply with the first posts below it, in the order of the tree; `rest` is the first that is not shown, or None.

    A deleted reply that nobody answered is left out of `shown`, which is what a page shows of all this.
    """

    root: ShownPost
    below: Sequence[ShownPost]
    rest: Post | None

    @property
    def shown(self) -> list[ShownPost]:
        return drop_stumps([self.root, *self.below], following=self.rest)


@dataclass(frozen=True)
class BranchPage:
    """`first` is the thread's own post; `next` is the cursor of the next page, or None on the last."""

    first: ShownPost
    branches: Sequence[Branch]
    order: Order
    next: Cursor | None


def list_branches(viewer: Viewer, thread: Thread, *, order: Order, after: Cursor | None = None) -> BranchPage:
    """A page of the thread, `author` and `run` joined. Three queries, the same cost at any depth and in any thread."""
    found = find_ids(viewer, thread, order, after)
    shown_ids = [each for _, below in found[:BRANCHES] for each in below]
    loaded = Post.objects.select_related("author", "run__project").defer("found_by", "body", "run__code")
    posts = loaded.in_bulk(shown_ids)
    first = loaded.get(thread=thread, parent=None)
    ordered = [first, *(posts[each] for each in shown_ids)]
    shown = {each.post.pk: each for each in show(viewer, thread, ordered)}
    return BranchPage(
        first=shown[first.pk],
        branches=[make_branch([shown[each] for each in below]) for _, below in found[:BRANCHES]],
        order=order,
        next=found[BRANCHES - 1][0] if len(found) > BRANCHES else None,
    )


def find_ids(viewer: Viewer, thread: Thread, order: Order, after: Cursor | None) -> list[tuple[Cursor, list[int]]]:
    values = {
        "thread": thread.pk,
        "viewer": viewer.pk or 0,
        "moderates": moderates(viewer, thread.chapter.course_id),
        "key": after.key if after else None,
        "post": after.post if after else None,
        "roots": BRANCHES + 1,
        "below": BELOW + 2,
    }
    found: dict[int, tuple[Cursor, list[int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(write_page(WAYS[order], goes_on=after is not None), values)
        for key, root, post in cursor.fetchall():
            found.setdefault(root, (Cursor(key, root), []))[1].append(post)
    return list(found.values())


def count_rests(viewer: Viewer, thread: Thread, branches: Sequence[Branch]) -> dict[int, Rest]:
    """What is not shown of the branches, by the id of the post that begins it. One query, none where nothing is cut."""
    starts = {branch.rest.pk: branch.rest for branch in branches if branch.rest}
    if not starts:
        return {}
    values: dict[str, Any] = {
        "thread": thread.pk,
        "viewer": viewer.pk or 0,
        "moderates": moderates(viewer, thread.chapter.course_id),
        "ids": list(starts),
        "paths": [bytes(start.path) for start in starts.values()],
        "branch": 2 * STEP,
        "many": MANY + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)
        return {start: Rest(starts[start], min(count, MANY), count > MANY) for start, count in cursor.fetchall()}


def make_branch(shown: Sequence[ShownPost]) -> Branch:
    root, *below = shown
    return Branch(root, below[:BELOW], below[BELOW].post if len(below) > BELOW else None)
