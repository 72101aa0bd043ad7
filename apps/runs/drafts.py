"""Keeping what a student types, so that it is there on whatever device they open the project next."""

from __future__ import annotations

from typing import ClassVar

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.accounts.models import User
from apps.courses.models import Item
from apps.runs.models import Draft
from apps.runs.refusals import Refusal


class Overtaken(Refusal):
    """The text builds on a draft that is no longer the newest. The offer is that one: its code and revision."""

    status: ClassVar[int] = 409

    def __init__(self, newest: Draft) -> None:
        super().__init__(
            "You changed this code on another page or device since. Look at both, then say which to keep.",
            offer={"code": newest.code, "revision": str(newest.revision)},
        )


def keep(*, user: User, project: Item, code: str, revision: int) -> Draft:
    """Make `code` the student's draft of the project, if `revision` is that of the draft on which it builds (0: on none).

    An empty text stands for the project's own code. The same text sent twice, its first answer lost, is kept once.
    Raises `Overtaken`, with nothing changed.
    """
    kept = Draft.objects.filter(user=user, project=project)
    with transaction.atomic():
        if kept.filter(revision=revision).update(code=code, revision=F("revision") + 1, updated_at=timezone.now()):
            return kept.get()
        draft, is_first = Draft.objects.get_or_create(user=user, project=project, defaults={"code": code})
    if is_first or draft.code == code:
        return draft
    raise Overtaken(draft)
