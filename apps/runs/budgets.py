"""GPU seconds: what a student may use of them in a course, and whether there is a GPU at all."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from apps.courses.models import Item
from apps.runs import machines
from apps.runs.limits import rebuild_limits
from apps.runs.models import Run
from apps.runs.refusals import GpuRefused
from apps.runs.states import ACTIVE

PERIOD = timedelta(days=30)
CPU = {"device": "cpu"}


def check_gpu(*, user_id: int, project: Item | None, wall_s: float) -> None:
    """With the student locked: whether a run of at most `wall_s` may go to a GPU. Raises `GpuRefused` with an offer.

    Runs under way count with the most that they may take, pauses aside, so that twenty at once cannot use what is left
    twenty times.
    """
    if not machines.count_slots("gpu"):
        raise GpuRefused("No GPU is there at the moment. Run it on the CPU instead, or try again later.", offer=CPU)
    used, reserved = _add_up(user_id, project)
    budget = read_budget()
    if used + reserved + wall_s > budget:
        under_way = f", and runs under way may take another {reserved:.0f} s" if reserved else ""
        raise GpuRefused(
            f"You have used {used:.0f} of your {budget} GPU seconds of the last {PERIOD.days} days"
            f"{' in this course' if project else ''}{under_way}: too few are left for a run of up to {wall_s:.0f} s. "
            "Run it on the CPU instead, or give it less time.",
            offer=CPU,
        )


def read_budget() -> int:
    """GPU seconds of a student within the period, in a course or in none."""
    return int(settings.GPU_BUDGET_S)


def read_left(*, user_id: int, project: Item | None) -> float:
    """How many of them are left, less what runs under way may still take. Two queries."""
    return max(0.0, read_budget() - sum(_add_up(user_id, project)))


def _add_up(user_id: int, project: Item | None) -> tuple[float, float]:
    """Seconds that were used, and that runs under way may still use, in the project's course or in none."""
    runs = Run.objects.filter(user_id=user_id, device="gpu")
    if project is None:
        runs = runs.filter(project=None)
    else:
        runs = runs.filter(project__chapter__course_id=project.chapter.course_id)
    used = runs.filter(created_at__gt=timezone.now() - PERIOD).aggregate(sum=Sum("gpu_s"))["sum"]
    under_way = runs.filter(state__in=ACTIVE).order_by().values_list("limits", flat=True)
    return used or 0.0, sum(rebuild_limits(limits).wall_s for limits in under_way)
