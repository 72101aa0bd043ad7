"""What somebody did before they had an account, or before they logged in, becomes theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from apps.accounts.models import User
from apps.courses.models import Item
from apps.quizzes.carrying import Items, carry_answers
from apps.quizzes.visits import Notes, Visit

from .recording import keep_places, keep_sections


@receiver(user_logged_in)
def carry_on_login(*, request: HttpRequest | None, user: User, **signal: Any) -> None:
    """The session survives a login, and with it the notes of the visit that ends here."""
    if request is not None and hasattr(request, "session"):
        carry(visit=Visit(cast("SessionStore", request.session)), user=user)


def carry(*, visit: Visit, user: User) -> None:
    """Move a visit's notes to a student. What the student has and is newer stays; carrying twice is carrying once.

    Six queries at most, none for a visit without notes.
    """
    notes = visit.everything()
    if not notes:
        return
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two logins with one session take turns
        items = {(item.chapter_id, item.key): item.pk for item in Item.objects.filter(chapter__in=notes)}
        keep_sections(user=user, read=dict(_list_read(notes, items)))
        keep_places(user=user, places=dict(_list_places(notes, items)))
        carry_answers(user=user, notes=notes, items=items)
    visit.forget()


def _list_read(notes: Mapping[int, Notes], items: Items) -> Iterator[tuple[int, datetime]]:
    for chapter, noted in notes.items():
        for key, at in noted["read"].items():
            if (chapter, key) in items:
                yield items[chapter, key], datetime.fromisoformat(at)


def _list_places(notes: Mapping[int, Notes], items: Items) -> Iterator[tuple[int, datetime]]:
    for chapter, noted in notes.items():
        place = noted["place"]
        if place and (chapter, place["key"]) in items:
            yield items[chapter, place["key"]], datetime.fromisoformat(place["at"])
