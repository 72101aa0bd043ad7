"""Bookmarks are set and taken away: saying what holds already changes nothing."""

from __future__ import annotations

from django.db import transaction

from apps.accounts.models import User
from apps.courses.models import Chapter, Item

from .limits import MAX_BOOKMARKS
from .models import Bookmark
from .refusals import TooMany


@transaction.atomic
def set_bookmark(*, user: User, chapter: Chapter, section: Item | None) -> None:
    """On the chapter itself when `section` is None. Raises `TooMany`."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    _, is_new = Bookmark.objects.get_or_create(user=user, chapter=chapter, section=section)
    if is_new and Bookmark.objects.filter(user=user).count() > MAX_BOOKMARKS:
        raise TooMany(
            f"You keep {MAX_BOOKMARKS} bookmarks, which is all that fit. Take some away on the page of your notes."
        )


def take_bookmark(*, user: User, chapter: Chapter, section: Item | None) -> None:
    Bookmark.objects.filter(user=user, chapter=chapter, section=section).delete()
