"""Answers that were given before somebody logged in become their attempts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from apps.accounts.models import User

from .models import Attempt
from .visits import Notes

Items = Mapping[tuple[int, str], int]
"""Ids of items by chapter and key, retired ones included."""


def carry_answers(*, user: User, notes: Mapping[int, Notes], items: Items) -> None:
    """Keep the answers of a visit's notes as attempts made when they were given. Two queries.

    An attempt is known by its time, so that carrying twice is carrying once. The caller holds the student's row locked.
    """
    given = list(_list_given(user, notes, items))
    times = [attempt.created_at for attempt in given]
    kept = set(Attempt.objects.filter(user=user, created_at__in=times).values_list("item", "created_at"))
    Attempt.objects.bulk_create(one for one in given if (one.item_id, one.created_at) not in kept)


def _list_given(user: User, notes: Mapping[int, Notes], items: Items) -> Iterator[Attempt]:
    for chapter, noted in notes.items():
        for key, answers in noted["answers"].items():
            for answer in answers if (chapter, key) in items else ():
                at = datetime.fromisoformat(answer["at"])
                yield Attempt(
                    user=user,
                    item_id=items[chapter, key],
                    choices=answer["chosen"],
                    correct=answer["correct"],
                    created_at=at,
                )
