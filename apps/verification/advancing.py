"""Verifications go on: what has run is judged, what is next is sent, what is complete is settled.

Everything here may be repeated and interrupted at any place: what stands in the database says what is left to do. It is
called when an errand ends, when somebody asks, and every few seconds for what was missed.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.dispatch import receiver

from apps.accounts.models import User
from apps.accounts.services import find_service
from apps.runs import dispatch, errands, sending
from apps.runs.models import Run
from apps.runs.refusals import SiteFull
from apps.runs.states import ACTIVE

from .judging import Seen, judge
from .models import Trial, Verification
from .settling import drop_overtaken, settle

MOST_ATTEMPTS = 2
"""What the machines failed to run is sent once more."""

NAMESPACE = uuid.UUID("b54a2f7e-6a0c-4f52-9d0a-6f9f0e3f7d11")


@dataclass(frozen=True, slots=True)
class Lane:
    """Verifications of one sort, which take their turns as one student; `at_once` bounds their runs at work."""

    service: str
    label: str
    is_writing: bool
    at_once: int
    order: tuple[str, ...]

    def choose(self, prefix: str = "") -> Q:
        """Its verifications; `prefix` leads to them."""
        writing = Q(**{f"{prefix}why": Verification.Why.WRITING})
        return writing if self.is_writing else ~writing


BACKGROUND = Lane(
    service="verification",
    label="Verification",
    is_writing=False,
    at_once=1,  # a student may have two: on a machine with two slots, one is always free of it
    order=("verification__why", "verification_id", "errand"),
)
WRITING = Lane(
    service="writing",
    label="Editors’ trials",
    is_writing=True,
    at_once=dispatch.MAX_AT_WORK,
    order=("errand", "verification_id"),  # editors by turns
)
LANES = (WRITING, BACKGROUND)


def advance_soon() -> None:
    """Within a transaction: go on once it is committed."""
    transaction.on_commit(advance_all, robust=True)


def advance_all() -> None:
    for lane in LANES:
        advance(lane)


def advance(lane: Lane) -> None:
    """One transaction, with the lane's service locked: two at once would send the same trial, or one too many.

    One query where nothing goes on.
    """
    if not Verification.objects.filter(lane.choose(), state=Verification.State.GOING_ON).exists():
        return
    service = find_service(lane.service, label=lane.label)
    with transaction.atomic():
        dispatch.lock_student(service.pk)
        drop_overtaken()
        _judge_ended(lane)
        _settle_complete(lane)
        _send_next(lane, service)


@receiver(errands.ended)
def go_on(**signal: Any) -> None:
    advance_all()


def _open(lane: Lane) -> QuerySet[Trial]:
    going_on = Q(verification__state=Verification.State.GOING_ON, outcome=Trial.Outcome.OPEN)
    return Trial.objects.filter(going_on, lane.choose("verification__"))


def _judge_ended(lane: Lane) -> None:
    ended = _open(lane).filter(run__finished_at__isnull=False).select_related("run").order_by("run_id", "position")
    seen: Seen | None = None
    for trial in ended:
        if trial.run is None:
            continue
        if seen is None or seen.run.pk != trial.run_id:
            seen = Seen.of(trial.run)
        _judge(trial, seen)


def _judge(trial: Trial, seen: Seen) -> None:
    verdict = judge(trial, seen)
    if verdict.outcome == Trial.Outcome.OURS and trial.attempts < MOST_ATTEMPTS:
        trial.run = None
    else:
        trial.outcome, trial.sentence, trial.got = verdict.outcome, verdict.sentence, seen.shown
        trial.torch, trial.device = seen.run.torch, seen.run.ran_on
    trial.save(update_fields=["run", "outcome", "sentence", "got", "torch", "device"])


def _settle_complete(lane: Lane) -> None:
    open_ones = Trial.objects.filter(verification=OuterRef("pk"), outcome=Trial.Outcome.OPEN)
    complete = Verification.objects.filter(lane.choose(), ~Exists(open_ones), state=Verification.State.GOING_ON)
    for verification in complete.order_by("pk"):
        settle(verification)


def _send_next(lane: Lane, service: User) -> None:
    room = lane.at_once - Run.objects.filter(user=service, state__in=ACTIVE).count()
    waiting = _open(lane).filter(run__isnull=True).order_by(*lane.order)
    while room > 0 and (trial := waiting.first()) is not None:
        try:
            _send(trial, service)
        except SiteFull:
            return  # a student's run comes first; the next sweep looks again
        room -= 1


def _send(trial: Trial, service: User) -> None:
    attempt = trial.attempts + 1
    token = uuid.uuid5(NAMESPACE, f"{trial.verification_id} {trial.errand} {attempt}")
    run = sending.send(service=service, code=trial.code, facts=trial.facts, client_token=token)
    same = Trial.objects.filter(verification=trial.verification_id, errand=trial.errand, outcome=Trial.Outcome.OPEN)
    same.update(run=run, attempts=attempt)
