"""Who may take part, and which threads can be seen."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.shortcuts import get_object_or_404

from apps.accounts.models import User

from .models import Post, Thread


def may_post(user: User | AnonymousUser) -> bool:
    """Whoever has an open account; its address was verified before it could be used."""
    return isinstance(user, User) and user.is_active


def load_thread(thread_id: int) -> Thread:
    """A thread under a readable chapter, with `author`, `chapter`, its course and live revision, or 404. One query."""
    threads = Thread.objects.select_related("author", "chapter__course", "chapter__live").defer(
        "chapter__live__source", "chapter__live__figures", "chapter__live__html"
    )
    return get_object_or_404(threads, pk=thread_id, chapter__live__isnull=False)


def load_post(thread: Thread, post_id: int) -> Post:
    """A post of this thread, and of no other, or 404. One query."""
    return get_object_or_404(Post, pk=post_id, thread=thread)
