"""A verification is complete: what it says of its chapter, to readers and to editors."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.utils import timezone

from apps.courses.models import Item
from apps.runs.references import keep_reference

from .models import Condition, Trial, Verification

State = Verification.State
FAULTS = (Trial.Outcome.FAILED, Trial.Outcome.LIMIT)


def settle(verification: Verification) -> None:
    """Within a transaction, with every trial judged: the verification ends, and its chapter stands as it found."""
    trials = list(verification.trials.select_related("run"))
    verification.state, verification.message = _weigh(verification, trials)
    verification.torch = ", ".join(sorted({trial.torch for trial in trials if trial.torch}))[:40]
    verification.device = ", ".join(sorted({trial.device for trial in trials if trial.device}))[:80]
    verification.tried = len(trials)
    verification.passed = sum(trial.outcome == Trial.Outcome.PASSED for trial in trials)
    verification.finished_at = now = timezone.now()
    verification.save()
    if verification.revision_id and verification.state in (State.PASSED, State.FAILED):
        _keep_condition(verification, verification.revision_id, now)
        _keep_curves(verification, trials)


def drop_overtaken() -> None:
    """What is verified is what readers see: a revision that is not live any more is left alone."""
    overtaken = Verification.objects.filter(state=State.GOING_ON, revision__isnull=False)
    overtaken = overtaken.exclude(chapter__live=F("revision"))
    overtaken.update(state=State.DROPPED, finished_at=timezone.now())


def _weigh(verification: Verification, trials: list[Trial]) -> tuple[str, str]:
    if verification.message:
        return State.FAILED, verification.message
    if any(trial.outcome in FAULTS for trial in trials):
        return State.FAILED, ""
    if any(trial.outcome == Trial.Outcome.OURS for trial in trials):
        again = "Try it once more." if verification.revision_id is None else "It is tried again by itself."
        return State.UNSETTLED, f"The machines could not run everything. {again}"
    versions = sorted({trial.torch for trial in trials})
    if len(versions) > 1 and verification.revision_id:
        named = " and ".join(version or "an unknown version" for version in versions)
        return State.UNSETTLED, f"The machines had {named} of torch meanwhile. It is tried again by itself."
    return State.PASSED, ""


def _keep_condition(verification: Verification, revision: int, now: datetime) -> None:
    sound = verification.state == State.PASSED
    state = Condition.State.SOUND if sound else Condition.State.ROTTEN
    before = Condition.objects.filter(chapter=verification.chapter_id).first()
    Condition.objects.update_or_create(
        chapter_id=verification.chapter_id,
        defaults={
            "revision_id": revision,
            "verification": verification,
            "state": state,
            "stamp": _stamp(verification, now) if sound else "",
            "since": now if before is None or before.state != state else before.since,
        },
    )


def _stamp(verification: Verification, day: datetime) -> str:
    """What readers are told; nothing of a text in which there was nothing to run."""
    return f"torch {verification.torch}, {day.day} {day:%B %Y}" if verification.torch else ""


def _keep_curves(verification: Verification, trials: list[Trial]) -> None:
    """What a project's own code measured: its solution's, or that of its start where there is none."""
    items = {item.key: item for item in Item.objects.filter(chapter=verification.chapter_id, kind=Item.Kind.PROJECT)}
    solved = {trial.key for trial in trials if trial.kind == Trial.Kind.SOLUTION}
    for trial in trials:
        own = trial.kind == Trial.Kind.SOLUTION or (trial.kind == Trial.Kind.STARTER and trial.key not in solved)
        if own and trial.run is not None and trial.outcome == Trial.Outcome.PASSED and trial.key in items:
            keep_reference(project=items[trial.key], run=trial.run)
