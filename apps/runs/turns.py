"""Whose turn it is: the order in which queued runs go to the machines."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from apps.runs.models import Run
from apps.runs.states import AT_WORK
from workers.protocol import State

UNSENT = Q(state=State.QUEUED, sent_at__isnull=True)
"""Queued, and still ours to order."""

SENT = Q(state__in=AT_WORK) & ~UNSENT
"""With the machines, or on its way to them; their queue takes what comes first, so only little is sent ahead."""


def arrange(device: str, states: Sequence[State] = (State.QUEUED,)) -> QuerySet[Run]:
    """The runs of these states that have not been sent, in the order of their turns.

    Round by round over the students: first those with the fewest runs sent; among them whoever was served longest ago,
    or never; then the oldest run. So a student with sixty runs delays another's first by no more than what was sent.
    """
    of_student = Run.objects.filter(user_id=OuterRef("user_id")).order_by()
    sent = of_student.filter(SENT, device=device).values("user_id").annotate(number=Count("pk")).values("number")
    served = of_student.filter(sent_at__isnull=False).order_by("-sent_at").values("sent_at")
    oldest_first = [F("queued_at").asc(nulls_last=True), F("created_at").asc(), F("id").asc()]
    turn = Window(RowNumber(), partition_by=[F("user_id")], order_by=oldest_first)
    unsent = Run.objects.filter(device=device, state__in=states, sent_at__isnull=True)
    rounds = unsent.annotate(round=Coalesce(Subquery(sent), 0) + turn, served=Subquery(served[:1]))
    return rounds.order_by("round", F("served").asc(nulls_first=True), *oldest_first)
