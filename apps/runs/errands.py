"""Runs that the site asks for itself: they wait for their turn as one student's do, and count in nobody's progress."""

from __future__ import annotations

import uuid
from functools import partial

from django.db import transaction
from django.dispatch import Signal

from apps.runs.models import Run

ended = Signal()
"""An errand is over and committed: `run` is its id. Sent at most once; whoever asked looks again from time to time."""


def tell_asker(run: Run) -> None:
    """Within the transaction that ends a run: tell once it is committed, if anybody asked for it."""
    if run.errand is not None:
        transaction.on_commit(partial(_tell, run.pk), robust=True)


def _tell(run_id: uuid.UUID) -> None:
    ended.send(sender=Run, run=run_id)
