"""What others have posted in a thread since somebody looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from apps.accounts.models import User

from .access import Viewer, list_visible_posts
from .models import Post, State, Thread
from .reading import POSTS, ShownPost, show

MANY = 99


@dataclass(frozen=True)
class News:
    """How many posts are new (`more`: at least), and the first and the last of them."""

    count: int = 0
    more: bool = False
    first: Post | None = None
    last: Post | None = None


def find_news(viewer: Viewer, thread: Thread, *, since: int) -> News:
    """One query, which reads no more than what came since, and not beyond `MANY`."""
    found = list(_list_new(viewer, thread, since).only("pk", "thread")[: MANY + 1])
    if not found:
        return News()
    return News(min(len(found), MANY), len(found) > MANY, found[0], found[-1])


def list_news(viewer: Viewer, thread: Thread, *, since: int) -> Sequence[ShownPost]:
    """The first of them as a page shows them, oldest first. One query."""
    posts = _list_new(viewer, thread, since).select_related("author", "parent__author", "run__project")
    found = list(
        posts.defer("found_by", "body", "run__code", "parent__found_by", "parent__body", "parent__html")[:POSTS]
    )
    shown = show(viewer, thread, found)
    for each in shown:
        each.parent = each.post.parent
    return shown


def _list_new(viewer: Viewer, thread: Thread, since: int) -> QuerySet[Post]:
    posts = list_visible_posts(viewer).filter(thread=thread, state=State.VISIBLE, pk__gt=since).order_by("pk")
    return posts.exclude(author=viewer).exclude(author__muted_by__person=viewer) if isinstance(viewer, User) else posts


def tag_news(viewer: Viewer, thread: Thread, *, since: int) -> str:
    """An ETag that stays while nothing has been posted in the thread, taken away or brought back. No query."""
    return f'"{viewer.pk or 0}-{since}-{thread.replies}-{thread.active_at.timestamp()}"'
