"""Which chapters are due: what is newly live at once, the rest when the machines' torch changes and once a week."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from redis import RedisError

from apps.courses.models import Chapter, Revision
from apps.runs import machines

from .asking import ask
from .models import Verification

AGAIN = timedelta(days=7)
AGAIN_UNSETTLED = timedelta(hours=1)
"""After which a chapter is due again, and where the machines were at fault."""

Why, State = Verification.Why, Verification.State


@dataclass(frozen=True, slots=True)
class Standing:
    """A live revision, and how its newest verification went; `state` is None where it has had none."""

    revision: int
    state: str | None
    torch: str
    finished_at: datetime | None

    def is_due(self, torch: str, now: datetime) -> bool:
        """Whether it is to be tried again, `torch` being what the machines have now, "" where they do not agree."""
        if self.finished_at is None or self.state == State.GOING_ON:
            return False
        if self.state == State.UNSETTLED:
            return now - self.finished_at > AGAIN_UNSETTLED
        return bool(torch and self.torch and torch != self.torch) or now - self.finished_at > AGAIN


def ask_due() -> int:
    """Has verified what is due; how many. What is new comes at once, of the others one chapter after another: so many
    chapters that are due together are spread out, and students hardly notice."""
    standings = list(_list_standings())
    new = [standing for standing in standings if standing.state is None or standing.state == State.DROPPED]
    for standing in new:
        ask(revision=_load(standing), why=Why.PUBLISHED)
    if Verification.objects.filter(why=Why.SCHEDULED, state=State.GOING_ON).exists():
        return len(new)
    torch, now = find_torch(), timezone.now()
    due = [standing for standing in standings if standing.is_due(torch, now)]
    for standing in sorted(due, key=lambda standing: standing.finished_at or now)[:1]:
        ask(revision=_load(standing), why=Why.SCHEDULED)
    return len(new) + len(due[:1])


def find_torch() -> str:
    """The version that all machines have; "" while they differ, as in the middle of an update, or while none is heard."""
    try:
        versions = {machine.torch for machine in machines.list_machines() if machine.torch and not machine.refusal}
    except RedisError:
        return ""
    return versions.pop() if len(versions) == 1 else ""


def _list_standings() -> Iterator[Standing]:
    """One query."""
    newest = Verification.objects.filter(revision=OuterRef("live")).order_by("-id")
    live = Chapter.objects.filter(live__isnull=False).order_by("course__slug", "number")
    names = ("state", "torch", "finished_at")
    found = live.annotate(**{f"newest_{name}": Subquery(newest.values(name)[:1]) for name in names})
    for revision, state, torch, finished_at in found.values_list("live_id", *(f"newest_{name}" for name in names)):
        yield Standing(revision, state, torch or "", finished_at)


def _load(standing: Standing) -> Revision:
    return Revision.objects.select_related("chapter__course").get(pk=standing.revision)
