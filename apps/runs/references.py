"""What a project's own code measured here, kept for whoever wants to lay it over a run of theirs."""

from __future__ import annotations

from typing import Any

from apps.courses.dialect.curves import MOST_METRICS, MOST_POINTS, fingerprint
from apps.courses.models import Item
from apps.runs.models import ReferenceCurve, Run
from apps.runs.series import Series, read_series

STEADY = ("loss", "validation")
"""What comes out the same each time; other metrics are measured as often as there is time to."""


def keep_reference(*, project: Item, run: Run) -> None:
    """The curves of this run, which is over, are the project's from now on; a run without any changes nothing."""
    steady = [series for series in read_series(run, most=MOST_POINTS) if series.kind in STEADY]
    curves = [described for series in steady[:MOST_METRICS] if (described := _describe(series))["points"]]
    if curves:
        found = {"fingerprint": fingerprint(run.code), "curves": curves}
        ReferenceCurve.objects.update_or_create(project=project, defaults=found)


def _describe(series: Series) -> dict[str, Any]:
    """As the dialect's `CurveFacts`, of finite numbers only."""
    points = [(step, value) for step, value in series.points if not isinstance(value, str)]
    return {"name": series.name, "kind": series.kind, "points": points}
