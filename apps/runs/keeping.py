"""What its owner writes on a run, and which runs stay on top."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.runs import dispatch
from apps.runs.models import Run
from apps.runs.refusals import TooManyPins

MAX_PINS = 20


def label(*, run: Run, name: str, note: str) -> None:
    """Name the run and write a note on it, on behalf of its owner; "" takes either away."""
    Run.objects.filter(pk=run.pk).update(name=name, note=note)
    run.name, run.note = name, note


def pin(*, run: Run) -> None:
    """Keep the run on top of its owner's list. Raises `TooManyPins`."""
    with transaction.atomic():
        dispatch.lock_student(run.user_id)
        pinned = Run.objects.filter(user_id=run.user_id, pinned_at__isnull=False)
        if pinned.exclude(pk=run.pk).count() >= MAX_PINS:
            raise TooManyPins(f"You have pinned {MAX_PINS} runs. Unpin one of them first.")
        Run.objects.filter(pk=run.pk, pinned_at=None).update(pinned_at=timezone.now())


def unpin(*, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(pinned_at=None)
