"""Who may take part, and which threads can be seen."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from apps.accounts.models import User

from .models import Post, Thread


def may_post(user: User | AnonymousUser) -> bool:
    """Whoever has an open account; its address was verified before it could be used."""
    return isinstance(user, User) and user.is_active


def list_visible_threads(viewer: User | AnonymousUser) -> QuerySet[Thread]:
    """Every thread that `viewer` may read: those under a readable chapter. What is to be hidden is left out here."""
    return Thread.objects.filter(chapter__live__isnull=False)


def list_visible_posts(viewer: User | AnonymousUser) -> QuerySet[Post]:
    """Every post that `viewer` may read: all of a visible thread."""
    return Post.objects.filter(thread__in=list_visible_threads(viewer))


def load_thread(viewer: User | AnonymousUser, thread_id: int) -> Thread:
    """A thread that `viewer` may read, with `author`, `chapter`, its course and live revision, or 404. One query."""
    threads = list_visible_threads(viewer).select_related("author", "chapter__course", "chapter__live")
    texts = ("chapter__live__source", "chapter__live__figures", "chapter__live__html")
    return get_object_or_404(threads.defer(*texts), pk=thread_id)


def load_post(thread: Thread, post_id: int) -> Post:
    """A post of this thread, and of no other, or 404. One query."""
    return get_object_or_404(Post, pk=post_id, thread=thread)
