"""What the pages of discussions show. Nothing here writes; every loader says what it costs."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.urls import reverse

from .access import Viewer, list_shown_posts, may
from .models import MAX_DEPTH, Post, Thread
from .rights import Action

POSTS = 50


@dataclass
class ShownPost:
    """A post as its thread's page shows it: with what it answers, and the draft of an answer to it.

    Where `veil` says why, the viewer may not read the post: its text has been taken out of `post`.
    """

    post: Post
    parent: Post | None
    address: str
    veil: str = ""
    token: uuid.UUID = field(default_factory=uuid.uuid4)
    draft: str = ""
    errors: Sequence[str] = ()

    @property
    def takes_replies(self) -> bool:
        return self.post.depth < MAX_DEPTH and not self.veil


@dataclass(frozen=True)
class PostPage:
    """Some posts of a thread in the order of its tree; `next` is the post that the next page begins with, or None."""

    posts: Sequence[ShownPost]
    begins: bool
    next: Post | None

    def find(self, post: Post) -> ShownPost | None:
        return next((shown for shown in self.posts if shown.post.pk == post.pk), None)


def list_posts(viewer: Viewer, thread: Thread, *, start: Post | None = None) -> PostPage:
    """The posts from `start` on, or from the first, `author` joined. One query, the same cost at any depth."""
    posts = list_shown_posts(viewer).filter(thread=thread).select_related("author", "run__project").order_by("path")
    posts = posts.defer("body", "run__code")
    if start:
        posts = posts.filter(path__gte=bytes(start.path))
    some = list(posts[: POSTS + 1])
    return PostPage(
        posts=show(viewer, thread, some[:POSTS]),
        begins=start is None or start.parent_id is None,
        next=some[POSTS] if len(some) > POSTS else None,
    )


def show(viewer: Viewer, thread: Thread, posts: Sequence[Post]) -> list[ShownPost]:
    """What `viewer` sees of these posts: of those that they may not read, that there is one, and why. No query."""
    known = {post.pk: post for post in posts}
    return [
        ShownPost(post, known.get(post.parent_id or 0), locate(post, thread), draw_veil(viewer, thread, post))
        for post in posts
    ]


def draw_veil(viewer: Viewer, thread: Thread, post: Post) -> str:
    """Why `viewer` may not read this post, its text and author taken out of it; "" for what they may."""
    post.thread = thread
    refusal = may(viewer, Action.READ, post)
    if refusal is None:
        return ""
    post.body, post.html, post.author = "", "", None
    return str(refusal)


def locate(post: Post, thread: Thread) -> str:
    """The permalink of a post. In a thread of several pages it opens the one that begins with the post."""
    address = reverse("discussions:thread", args=[thread.pk])
    page = f"?from={post.pk}" if thread.replies >= POSTS else ""
    return f"{address}{page}#post-{post.pk}"
