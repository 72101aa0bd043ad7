"""What a student can choose to train on now, and what each choice would mean."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from apps.courses.models import Item
from apps.runs import budgets, machines
from apps.runs.models import Run
from workers.protocol import State


@dataclass(frozen=True, slots=True)
class Choice:
    """A device with room for `slots` runs at a time and `waiting` runs before it; `left_s` is what the student may still
    use of it in `budget_s` seconds, both None where nothing is counted."""

    device: str
    slots: int
    waiting: int
    left_s: float | None = None
    budget_s: float | None = None


def list_choices(*, user_id: int, project: Item | None) -> list[Choice]:
    """The CPU, and GPUs while there are any. One query, three with GPUs."""
    waiting = _count_waiting()
    choices = [Choice("cpu", machines.count_slots("cpu"), waiting.get("cpu", 0))]
    if slots := machines.count_slots("gpu"):
        left = budgets.read_left(user_id=user_id, project=project)
        choices.append(Choice("gpu", slots, waiting.get("gpu", 0), left, budgets.read_budget()))
    return choices


def _count_waiting() -> dict[str, int]:
    line = Run.objects.filter(state__in=[State.WAITING, State.QUEUED]).order_by().values_list("device")
    return dict(line.annotate(count=Count("pk")))
