"""The page of a thread, put together for one reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .access import Viewer
from .arrivals import News, find_news
from .branches import Cursor, Order, count_rests, list_branches
from .dressing import dress, find_seen
from .models import Post, Thread
from .reading import ShownPost, list_posts


@dataclass(frozen=True)
class Leaf:
    """What one page shows. `order` is None on a page that begins with a certain post, and goes on in the tree.

    `next` is the cursor or the post from which the following page goes on; `newest` the greatest id shown, up to
    which the reader has seen the thread then; `since` that of all posts, from which on a browser asks for new ones. `news`
    is what came since the reader was here last.
    """

    posts: Sequence[ShownPost]
    order: Order | None
    start: Post | None
    next: Cursor | Post | None
    newest: int
    since: int
    news: News


def open_page(viewer: Viewer, thread: Thread, *, order: Order | None, after: Cursor | None = None) -> Leaf:
    """A page of the thread in an order; questions begin with the best replies, talks with the oldest. Some ten queries."""
    order = order or (Order.TOP if thread.kind == Thread.Kind.QUESTION else Order.OLDEST)
    found = list_branches(viewer, thread, order=order, after=after)
    rests = count_rests(viewer, thread, found.branches)
    posts = [] if after else [found.first]
    for branch in found.branches:
        shown = branch.shown
        if branch.rest and shown:
            shown[-1].rest = rests.get(branch.rest.pk)
        posts += shown
    return _bind(viewer, thread, posts, order=order, following=found.next)


def open_page_from(viewer: Viewer, thread: Thread, start: Post) -> Leaf:
    """The page that begins with a post, and goes on as the tree does."""
    found = list_posts(viewer, thread, start=start)
    return _bind(viewer, thread, found.posts, start=start, following=found.next)


def open_rest(viewer: Viewer, thread: Thread, start: Post) -> Leaf:
    """What follows in the branch of `start`, from it on."""
    found = list_posts(viewer, thread, start=start, within=start)
    return _bind(viewer, thread, found.posts, start=start, following=found.next)


def _bind(
    viewer: Viewer,
    thread: Thread,
    posts: Sequence[ShownPost],
    *,
    order: Order | None = None,
    start: Post | None = None,
    following: Cursor | Post | None,
) -> Leaf:
    seen = find_seen(viewer, thread)
    dress(viewer, thread, posts, seen=seen)
    news = News() if seen is None else find_news(viewer, thread, since=seen)
    newest = max((each.post.pk for each in posts), default=0)
    since = Post.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return Leaf(posts, order, start, following, newest, since, news)
