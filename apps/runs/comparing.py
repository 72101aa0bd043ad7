"""Two to five runs side by side: how they ended, what they measured, what differs in their code."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from apps.runs import access
from apps.runs.differences import Row, TooLong, compare, count_changes
from apps.runs.models import Run
from apps.runs.numbers import write_number
from apps.runs.refusals import Refusal

LEAST, MOST = 2, 5
LETTERS = "ABCDE"
"""What the runs are called in charts and tables: names may be long, and the same."""


class BadComparison(Refusal):
    """These cannot be compared; the text says what to choose."""

    status = 400


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed in the code from the first run to this one; `problem` says why that cannot be shown, or is ""."""

    letter: str
    rows: list[Row]
    added: int
    removed: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """The last values of one metric, a cell for each run: "" where the run has none of it."""

    name: str
    values: list[str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Oldest first: reading on is following what was tried."""

    runs: list[tuple[str, Run]]
    metrics: list[Metric]
    differences: list[Difference]


def load(viewer: access.Viewer, ids: Sequence[str]) -> list[Run]:
    """The runs of these ids that `viewer` may see without a link, oldest first. Raises `BadComparison`, and 404 if one is
    missing. One query."""
    wanted = {_read_id(each) for each in ids}
    if not LEAST <= len(wanted) <= MOST:
        raise BadComparison(f"Choose {LEAST} to {MOST} runs to compare; you chose {len(wanted)}.")
    return access.load_several(viewer, wanted)


def compare_runs(runs: Sequence[Run]) -> Comparison:
    """Compares the code of each with the first one's."""
    first, *others = runs
    names = sorted({name for run in runs for name in run.metrics}, key=lambda name: (name != "loss", name))
    return Comparison(
        runs=list(zip(LETTERS, runs, strict=False)),
        metrics=[Metric(name, [write_number(run.metrics.get(name, {}).get("last")) for run in runs]) for name in names],
        differences=[_differ(letter, first, run) for letter, run in zip(LETTERS[1:], others, strict=False)],
    )


def _differ(letter: str, first: Run, run: Run) -> Difference:
    try:
        rows = compare(first.code, run.code)
    except TooLong as error:
        return Difference(letter, [], 0, 0, str(error))
    return Difference(letter, rows, *count_changes(rows))


def _read_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise BadComparison("This address names no runs. Choose them in your list.") from None
