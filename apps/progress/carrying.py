"""What somebody did before they had an account, or before they logged in, becomes theirs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from apps.accounts.models import User
from apps.courses.models import Item
from apps.quizzes.carrying import carry_answers
from apps.quizzes.visits import Notes, Visit

from .recording import keep_place, keep_sections


@receiver(user_logged_in)
def carry_on_login(*, request: HttpRequest | None, user: User, **signal: Any) -> None:
    """The session survives a login, and with it the notes of the visit that ends here."""
    if request is not None and hasattr(request, "session"):
        carry(visit=Visit(cast("SessionStore", request.session)), user=user)


@transaction.atomic
def carry(*, visit: Visit, user: User) -> None:
    """Move a visit's notes to a student. What the student has and is newer stays; carrying twice is carrying once."""
    everything = visit.everything()
    if not everything:
        return
    User.objects.select_for_update().get(pk=user.pk)  # two logins with one session take turns
    items = _find_items(everything)
    for chapter, notes in everything.items():
        _carry_chapter(user, notes, items.get(chapter, {}))
    visit.forget()


def _find_items(everything: Mapping[int, Notes]) -> dict[int, dict[str, Item]]:
    """Items by chapter and key, retired ones included. One query."""
    items: dict[int, dict[str, Item]] = {}
    for item in Item.objects.filter(chapter__in=everything):
        items.setdefault(item.chapter_id, {})[item.key] = item
    return items


def _carry_chapter(user: User, notes: Notes, items: Mapping[str, Item]) -> None:
    times = {items[key].pk: datetime.fromisoformat(at) for key, at in notes["read"].items() if key in items}
    keep_sections(user=user, read=times)
    place = notes["place"]
    if place and place["key"] in items:
        keep_place(user=user, item=items[place["key"]], at=datetime.fromisoformat(place["at"]))
    carry_answers(user=user, answers=notes["answers"], items=items)
