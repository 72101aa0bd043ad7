"""What can be laid over the curves of a run: what the chapter recorded, and the student's other runs of the project."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from apps.courses.dialect import CurveFacts
from apps.courses.models import Item
from apps.runs import access
from apps.runs.models import ReferenceCurve, Run
from apps.runs.setups import read_setup

MOST_RUNS = 8
"""Whoever looks for an older one pins it, or compares runs on their page."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Curves by a name that no other in the list has: either here, as metric events have them, or at `url`."""

    label: str
    series: Sequence[CurveFacts] = ()
    url: str = ""


def list_beside(viewer: access.Viewer, project: Item | None, *, without: str) -> list[Offer]:
    """The chapter's curves, then pinned and newest runs that measured something; of runs without a project where there is
    none. Two queries, three where the text brings no curves along."""
    runs = access.list_runs(viewer).filter(project=project).exclude(metrics={})
    return [*_offer_recorded(project), *_offer_runs(_leave_out(runs, without))]


def _offer_recorded(project: Item | None) -> Iterator[Offer]:
    if project is None:
        return
    setup = read_setup(project.pk)
    if curves := setup.curves or _find_measured(project, setup.fingerprint):
        yield Offer("The chapter’s solution" if setup.solution else "The chapter’s run", series=curves)


def _find_measured(project: Item, fingerprint: str) -> Sequence[CurveFacts]:
    """What a run here measured of exactly this code."""
    measured = ReferenceCurve.objects.filter(project=project, fingerprint=fingerprint)
    return measured.values_list("curves", flat=True).first() or ()


def _leave_out(runs: QuerySet[Run], run_id: str) -> QuerySet[Run]:
    with suppress(ValueError):
        return runs.exclude(pk=uuid.UUID(run_id))
    return runs


def _offer_runs(runs: QuerySet[Run]) -> Iterator[Offer]:
    newest = runs.only("name", "created_at").order_by(F("pinned_at").desc(nulls_last=True), "-created_at", "-id")
    chosen = list(newest[:MOST_RUNS])
    for label, run in zip(_tell_apart(run.name or _date(run) for run in chosen), chosen, strict=True):
        yield Offer(label, url=reverse("runs:series", args=[run.pk]))


def _date(run: Run) -> str:
    return f"Run of {date_format(localtime(run.created_at), 'j M, H:i')}"


def _tell_apart(labels: Iterable[str]) -> Iterator[str]:
    """The second of a name is told so."""
    seen: dict[str, int] = {}
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        yield f"{label} ({seen[label]})" if seen[label] > 1 else label
