"""What workers report about runs. Messages come late, twice or from attempts long given up: none of that does harm."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from apps.runs import dispatch, ending, reality, streams
from apps.runs.goals import is_met
from apps.runs.models import Run
from apps.runs.setups import Setup, find_setup
from apps.runs.states import AT_WORK, sources
from apps.runs.streams import Entry
from workers.protocol import LAST_SEQ, OUTCOMES, Finished, Graded, Reached, State

logger = logging.getLogger(__name__)

LOST = (
    "The machine running this was lost twice, so the run was given up. This is our fault, not your code's: "
    "run it again, and tell us if it goes on."
)
STOPPED = "Stopped."


def record_state(reached: Reached) -> bool:
    """The attempt is starting, running or paused now. False when that is no news: a later event has been recorded."""
    if reached.state not in (State.STARTING, State.RUNNING, State.PAUSED):
        logger.error("Run %s: %s is not for a worker to say", reached.run, reached.state)
        return False
    guarded = Run.objects.filter(
        pk=reached.run, fence=reached.fence, state_seq__lt=reached.seq, state__in=sources(reached.state)
    )
    changes: dict[str, Any] = {"state": reached.state, "state_seq": reached.seq, "worker": reached.worker[:120]}
    if reached.state != State.STARTING:
        changes["started_at"] = Coalesce("started_at", Now())
    return bool(guarded.update(**changes, unseen_since=None))


def record_finish(finished: Finished) -> bool:
    """The attempt is over: the run ends, or is started again if that was our fault. False when that is no news."""
    outcome = finished.exit.outcome
    if outcome not in OUTCOMES:
        logger.error("Run %s: %s is no end", finished.run, outcome)
        return False
    if outcome is State.LOST:
        logger.error("Run %s: attempt %s was lost: %s", finished.run, finished.fence, finished.exit.message)
        return lose(run_id=finished.run, fence=finished.fence, gpu_s=finished.exit.gpu_s)
    run = _find(finished.run, finished.fence)
    if run is None:
        return False
    entries = streams.read(finished.run)
    facts = _facts(run, finished, entries)  # may take a moment, so it comes before anybody is locked
    with transaction.atomic():
        dispatch.lock_student(run.user_id)
        return ending.end(
            run=run,
            state=outcome,
            message=finished.exit.message,
            entries=entries,
            last_seq=min(finished.exit.last_seq, LAST_SEQ - 1),
            **facts,
        )


def lose(*, run_id: str, fence: int, gpu_s: float = 0.0) -> bool:
    """The attempt died under its run: start the run again, once; end it if the student wanted that anyway.

    `gpu_s` is for how long it held a GPU, as far as anybody knows.
    """
    entries = streams.read(run_id)
    run = _find(run_id, fence)
    if run is None:
        return False
    with transaction.atomic():
        dispatch.lock_student(run.user_id)
        run.refresh_from_db(fields=["state", "fence", "attempts", "stop_asked_at"])
        if run.fence != fence or run.state not in AT_WORK:
            return False
        if gpu_s > 0:
            Run.objects.filter(pk=run.pk).update(gpu_s=F("gpu_s") + gpu_s)
        if run.stop_asked_at is not None:
            return ending.give_up(run=run, state=State.STOPPED, message=STOPPED, entries=entries)
        if run.attempts < dispatch.MAX_ATTEMPTS:
            dispatch.requeue(run)
            return True
        return ending.give_up(run=run, state=State.LOST, message=LOST, entries=entries)


def _find(run_id: str, fence: int) -> Run | None:
    """The run if this fence still speaks for it."""
    runs = Run.objects.filter(pk=run_id, fence=fence, state__in=AT_WORK)
    return runs.select_related("project").first()


def _facts(run: Run, finished: Finished, entries: list[Entry]) -> dict[str, Any]:
    over, setup = finished.exit, find_setup(run)
    wall_s, succeeded = max(over.wall_s, 0.0), over.outcome is State.SUCCEEDED
    return {
        "started_at": run.started_at or timezone.now() - timedelta(seconds=min(wall_s, 86400)),
        "exit_code": over.exit_code,
        "cpu_s": over.cpu_s,
        "wall_s": wall_s,
        "paused_s": max(over.paused_s, 0.0),
        "peak_mb": over.peak_mb,
        "ran_on": ending.clean(over.device)[:80],
        "torch": ending.clean(over.torch)[:40],
        "gpu_s": F("gpu_s") + max(over.gpu_s, 0.0),
        "metrics": finished.metrics,
        "checks": None if over.checks is None else [_keep(graded) for graded in over.checks],
        "goal_met": succeeded and _meets(setup, finished),
        "prediction": _judge(run, setup, entries) if succeeded else run.prediction,
    }


def _judge(run: Run, setup: Setup, entries: list[Entry]) -> Any:
    """What was predicted, beside what came; a run that broke off is no measure."""
    if run.prediction is None or setup.question is None:
        return run.prediction
    points = reality.read_points(entries, setup.question["metric"], run.fence)
    return reality.compare(run.prediction, setup.question, points)


def _meets(setup: Setup, finished: Finished) -> bool:
    """Whether the metrics are where the goal wants them and, where the project has checks, all of them passed."""
    checks = finished.exit.checks
    passed = all(graded.passed for graded in checks) if checks else not setup.checks
    return passed and is_met(setup.goal, finished.metrics)


def _keep(graded: Graded) -> dict[str, Any]:
    words = {"name": ending.clean(graded.name), "message": ending.clean(graded.message)}
    return {**words, "passed": graded.passed}
