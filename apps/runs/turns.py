"""Whose turn it is: the order in which queued runs go to the machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Q, Subquery

from apps.runs.models import Run
from apps.runs.states import AT_WORK
from workers.protocol import State

UNSENT = Q(state=State.QUEUED, sent_at__isnull=True)
"""Queued, and still ours to order."""

SENT = Q(state__in=AT_WORK) & ~UNSENT
"""With the machines, or on its way to them; their queue takes what comes first, so only little is sent ahead."""


class Claim(NamedTuple):
    """One run's claim to be next: whose it is, and since when it waits. Smaller is older; waiting comes after queued."""

    is_waiting: bool
    since: datetime
    run: UUID
    user_id: int


def list_due(device: str, states: Sequence[State] = (State.QUEUED,)) -> list[UUID]:
    """The runs of these states that have not been sent, in the order of their turns. Two queries."""
    sent = Counter[int]()
    claims = []
    rows = Run.objects.filter(device=device, state__in={*AT_WORK, *states}).order_by()
    for run, user_id, state, sent_at, since in rows.values_list("pk", "user_id", "state", "sent_at", "created_at"):
        if state in states and sent_at is None:
            claims.append(Claim(state == State.WAITING, since, run, user_id))
        elif state != State.QUEUED or sent_at is not None:
            sent[user_id] += 1
    return take_turns(claims, sent=sent, served=_read_served({claim.user_id for claim in claims}))


def take_turns(claims: Iterable[Claim], *, sent: Mapping[int, int], served: Mapping[int, datetime]) -> list[UUID]:
    """Round by round over the students: first those with the fewest runs sent; among them whoever was served longest
    ago, or never; then the oldest run. So a student with sixty runs delays another's first by what has been sent, and
    by nothing else.
    """
    rounds = Counter(sent)
    keyed = []
    for claim in sorted(claims):
        at = served.get(claim.user_id)
        keyed.append((rounds[claim.user_id], at is not None, at or claim.since, claim))
        rounds[claim.user_id] += 1
    return [claim.run for *_, claim in sorted(keyed)]


def _read_served(users: set[int]) -> dict[int, datetime]:
    """When each of them was last sent a run, if ever. A turn that was lost does not count: its `sent_at` is gone."""
    sent = Run.objects.filter(user_id=OuterRef("pk"), sent_at__isnull=False).order_by("-sent_at").values("sent_at")
    rows = get_user_model().objects.filter(pk__in=users).order_by().values_list("pk", Subquery(sent[:1]))
    return {user_id: sent_at for user_id, sent_at in rows if sent_at is not None}
