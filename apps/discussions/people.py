"""What a person has posted, as far as the viewer may read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Value
from django.db.models.functions import Left
from django.shortcuts import get_object_or_404

from apps.accounts.models import User

from .access import Viewer, list_visible_posts
from .branches import Cursor
from .lists import PAGE, Behind
from .models import Post
from .reading import locate

START = 280
"""So many characters of each post are shown."""


@dataclass(frozen=True)
class Said:
    post: Post
    address: str
    start: str


@dataclass(frozen=True)
class SaidPage:
    """Newest first; `next` is the cursor of the page that follows, or None."""

    posts: Sequence[Said]
    next: Cursor | None


def load_person(person_id: int) -> User:
    """Somebody with an account, or 404; suspended or not, their posts stand. One query."""
    return get_object_or_404(User.objects.filter(service=None), pk=person_id)


def list_posts(viewer: Viewer, author: User, *, after: Cursor | None) -> SaidPage:
    """A page of what `author` wrote, thread and chapter joined. One query, the same cost at any depth."""
    posts = list_visible_posts(viewer).filter(author=author).select_related("thread__chapter__course")
    if after:
        posts = posts.filter(Behind(F("created_at"), after, sign="<"))
    posts = posts.defer("body", "html", "thread__found_by").annotate(start=Left("body", Value(START)))
    found = list(posts.order_by("-created_at", "-pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    said = [Said(post, locate(post, post.thread), post.start) for post in found[:PAGE]]
    return SaidPage(said, Cursor(last.created_at, last.pk) if last else None)
