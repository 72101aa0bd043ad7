"""The log of acts, in pages: for moderators in full, for everybody without those whom it concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.conduct.access import list_acts, list_public_acts
from apps.conduct.models import Act

from .reading import ACTS


def list_log(moderator: User, chosen: Mapping[str, Any]) -> tuple[Sequence[Act], int | None]:
    """A page of what they may read, and the id before which the next one begins, or None. One query, or two."""
    acts = list_acts(moderator)
    if chosen["actor"]:
        acts = acts.filter(actor_name__icontains=chosen["actor"])
    if chosen["person"]:
        acts = acts.filter(person__name__icontains=chosen["person"])
    if chosen["verb"]:
        acts = acts.filter(verb=chosen["verb"])
    if chosen["course"]:
        acts = acts.filter(course=chosen["course"])
    if chosen["since"]:
        acts = acts.filter(created_at__date__gte=chosen["since"])
    if chosen["until"]:
        acts = acts.filter(created_at__date__lte=chosen["until"])
    return cut(acts, chosen["before"])


def list_public_log(before: int | None) -> tuple[Sequence[Act], int | None]:
    """A page of what everybody may read. One query."""
    return cut(list_public_acts(), before)


def cut(acts: QuerySet[Act], before: int | None) -> tuple[Sequence[Act], int | None]:
    some = list((acts.filter(pk__lt=before) if before else acts).order_by("-pk")[: ACTS + 1])
    return some[:ACTS], some[ACTS - 1].pk if len(some) > ACTS else None
