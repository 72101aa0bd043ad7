"""What the pages of discussions show. Nothing here writes; every loader says what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse

from .access import Viewer, list_shown_posts, may, may_bring_back
from .models import STEP, Post, State, Thread
from .rights import Action

POSTS = 50
WHOLE = 10
"""Threads with no more replies stand on one page, in whatever order: no branch of them is cut."""


class Rest(NamedTuple):
    """What of a branch is not on the page: the first post of it, and how many there are (`more`: at least)."""

    start: Post
    number: int
    more: bool


@dataclass
class ShownPost:
    """A post as its thread's page shows it: with what it answers. The fields from `acts` on are filled by `dressing`.

    Where `veil` says why, the viewer may not read the post: its text has been taken out of `post`. `returns`: it is their
    own, and they can bring it back. `acts` is what the
    viewer may do with it, `vote` what they voted, `titles` what its author is here, `rest` what follows it unshown.
    """

    post: Post
    parent: Post | None
    veil: str = ""
    returns: bool = False
    acts: frozenset[str] = frozenset()
    vote: int = 0
    titles: Sequence[str] = ()
    is_new: bool = False
    is_muted: bool = False
    is_own: bool = False
    rest: Rest | None = None

    @property
    def is_stump(self) -> bool:
        """Whether nothing would be missed if nothing stood below it."""
        return bool(self.veil) and self.post.state == State.DELETED and self.post.depth > 0 and not self.returns


@dataclass(frozen=True)
class PostPage:
    """Some posts of a thread in the order of its tree; `next` is the post that the next page begins with, or None."""

    posts: Sequence[ShownPost]
    begins: bool
    next: Post | None


def list_posts(viewer: Viewer, thread: Thread, *, start: Post | None = None, within: Post | None = None) -> PostPage:
    """The posts from `start` on, or from the first, `author` and `run` joined; with `within` only those of its branch.

    One query, the same cost at any depth.
    """
    posts = list_shown_posts(viewer).filter(thread=thread).select_related("author", "run__project")
    posts = posts.defer("found_by", "body", "run__code").order_by("path")
    if start:
        posts = posts.filter(path__gte=bytes(start.path))
    if within:
        posts = posts.filter(path__lt=bytes(within.path)[: 2 * STEP] + b"\xff")
    some = list(posts[: POSTS + 1])
    following = some[POSTS] if len(some) > POSTS else None
    shown = drop_stumps(show(viewer, thread, some[:POSTS]), following=following, keep=start)
    return PostPage(posts=shown, begins=start is None or start.parent_id is None, next=following)


def drop_stumps(shown: Sequence[ShownPost], *, following: Post | None, keep: Post | None = None) -> list[ShownPost]:
    """Without the deleted posts that nobody answered; `following` is what stands behind the last one, `keep` stays."""
    kept: list[ShownPost] = []
    path = bytes(following.path) if following else b""
    for each in reversed(shown):
        own = bytes(each.post.path)
        if each.is_stump and not path.startswith(own) and each.post != keep:
            continue
        kept.append(each)
        path = own
    return kept[::-1]


def show(viewer: Viewer, thread: Thread, posts: Sequence[Post]) -> list[ShownPost]:
    """What `viewer` sees of these posts: of those that they may not read, that there is one, and why. No query."""
    known = {post.pk: post for post in posts}
    return [show_one(viewer, thread, post, known.get(post.parent_id or 0)) for post in posts]


def show_one(viewer: Viewer, thread: Thread, post: Post, parent: Post | None) -> ShownPost:
    post.thread = thread
    returns = bool(post.withdrawn_at) and may_bring_back(viewer, post) is None
    return ShownPost(post, parent, draw_veil(viewer, thread, post), returns)


def draw_veil(viewer: Viewer, thread: Thread, post: Post) -> str:
    """Why `viewer` may not read this post, its text and author taken out of it; "" for what they may."""
    post.thread = thread
    refusal = may(viewer, Action.READ, post)
    if refusal is None:
        return ""
    post.body, post.html, post.author = "", "", None
    return str(refusal)


def locate(post: Post, thread: Thread) -> str:
    """Where a post can be seen now. In a thread of several pages this opens the one that begins with the post."""
    address = reverse("discussions:thread", args=[thread.pk])
    page = f"?from={post.pk}" if thread.replies > WHOLE else ""
    return f"{address}{page}#post-{post.pk}"


def locate_lastingly(post: Post) -> str:
    """The permalink of a post: it leads to where the post can be seen, however its thread grows and wherever it moves."""
    return reverse("discussions:post", args=[post.thread_id, post.pk])
