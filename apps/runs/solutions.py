"""Showing a project's solution to who has tried it."""

from __future__ import annotations

from typing import ClassVar

from django.http import Http404

from apps.accounts.models import User
from apps.courses.models import Item
from apps.runs.models import Run
from apps.runs.refusals import Refusal
from apps.runs.setups import read_setup
from workers.protocol import State

TRIED = (State.SUCCEEDED, State.FAILED, State.TIMED_OUT, State.OUT_OF_MEMORY, State.OUTPUT_LIMIT)
"""Ends that the code itself came to. What was stopped has shown its student nothing yet, and for what was refused or
lost they could do nothing."""


class NotTried(Refusal):
    """The student has to run something of their own first."""

    status: ClassVar[int] = 403

    def __init__(self) -> None:
        super().__init__("Run the project first, and let it come to its end: then the solution opens.")


def reveal(*, user: User, project: Item) -> str:
    """The code that solves the project. Raises `NotTried`, and `Http404` where the text holds none. Two queries."""
    if not Run.objects.filter(user=user, project=project, state__in=TRIED).exists():
        raise NotTried
    solution = read_setup(project.pk).solution
    if not solution:
        raise Http404("This project has no solution to show.")
    return solution
