"""What nobody needs any more of verifications that are over."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from apps.runs.models import Run

from .models import Verification

KEEP_RUNS = timedelta(days=1)
"""For whoever looks into a fault; what was printed stays with the trial."""

KEEP = 12
"""Verifications of each chapter: a quarter of a year, by schedule alone."""


def tidy() -> None:
    """Forgets the runs of trials after a day, all but the newest verifications of each chapter, and old tries."""
    long_ago = timezone.now() - KEEP_RUNS
    Run.objects.filter(errand__isnull=False, finished_at__lt=long_ago).delete()
    rank = Window(RowNumber(), partition_by=F("chapter"), order_by=F("id").desc())
    ended = Verification.objects.exclude(state=Verification.State.GOING_ON)
    older = ended.filter(revision__isnull=False).annotate(rank=rank).filter(rank__gt=KEEP).values_list("pk", flat=True)
    Verification.objects.filter(pk__in=list(older), condition_of__isnull=True).delete()
    ended.filter(why=Verification.Why.WRITING, finished_at__lt=timezone.now() - timedelta(days=30)).delete()
