"""Answers that were given before somebody logged in become their attempts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from apps.accounts.models import User
from apps.courses.models import Item

from .models import Attempt
from .visits import Answer


def carry_answers(*, user: User, answers: Mapping[str, list[Answer]], items: Mapping[str, Item]) -> None:
    """Keep noted answers of one chapter, whose `items` come by key, as attempts made when they were given. Two queries.

    An attempt is known by its time, so that carrying twice is carrying once. The caller holds the student's row locked.
    """
    given = [
        Attempt(
            user=user,
            item=items[key],
            choices=answer["chosen"],
            correct=answer["correct"],
            created_at=datetime.fromisoformat(answer["at"]),
        )
        for key, noted in answers.items()
        for answer in noted
        if key in items
    ]
    times = [attempt.created_at for attempt in given]
    kept = set(Attempt.objects.filter(user=user, created_at__in=times).values_list("item", "created_at"))
    Attempt.objects.bulk_create(one for one in given if (one.item_id, one.created_at) not in kept)
