"""What a student says beforehand: taken with the start of a run, and kept with it beside the question's words."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from apps.courses.dialect import QuestionFacts, show_asked
from apps.courses.models import Item
from apps.runs.models import Run
from apps.runs.refusals import Refusal

MOST_POINTS = 64
"""Of a sketch: a hand on a chart as wide as a telephone has no more to say."""


HELD = Q(prediction__has_key="said")


class BadPrediction(Refusal):
    """This is no answer to the project's question; the text says what to do."""

    status = 400


def take(*, user_id: int, project: Item | None, question: QuestionFacts | None, given: Mapping[str, Any] | None) -> Any:
    """What the new run's `prediction` is: what was `given`, or what an earlier run could not be compared to; else None.

    A run that broke off compares nothing, so its prediction goes on to the next one, and nobody is asked twice. One query
    at most, and only where a question is asked. Raises `BadPrediction`.
    """
    if project is None or question is None:
        return None
    if given is not None:
        return _accept(question, given)
    open_ = Run.objects.filter(user_id=user_id, project=project).filter(HELD).order_by("-created_at")
    before = open_.values_list("prediction", flat=True).first()
    if before is None or "words" in before or before.get("question") != show_asked(question):
        return None
    return {"question": before["question"], "said": before["said"]}


def _accept(question: QuestionFacts, given: Mapping[str, Any]) -> dict[str, Any]:
    if given.get("skipped") is True:
        return {"skipped": True}
    if given.get("ask") != question["ask"]:
        raise BadPrediction("The chapter asks something else by now. Reload the page: your code stays as it is.")
    return {"question": show_asked(question), "said": _READ[question["kind"]](question, given.get("said"))}


def _read_number(question: QuestionFacts, said: object) -> float:
    return _number(said)


def _read_choice(question: QuestionFacts, said: object) -> int:
    if not isinstance(said, int) or isinstance(said, bool) or not 0 <= said < len(question["choices"]):
        raise BadPrediction("Choose one of the answers, or skip the question.")
    return said


def _read_curve(question: QuestionFacts, said: object) -> list[list[float]]:
    """Points from left to right within the frame that was asked for."""
    if not isinstance(said, list) or not 2 <= len(said) <= MOST_POINTS:
        raise BadPrediction(f"A sketch has 2 to {MOST_POINTS} points. Draw it again, or skip the question.")
    points = [[_number(one) for one in point] for point in said if isinstance(point, list) and len(point) == 2]
    steps, (least, most) = [point[0] for point in points], question["values"]
    inside = all(least <= value <= most for _, value in points)
    rising = all(before < after for before, after in itertools.pairwise(steps))
    wide = question["steps"][0] <= steps[0] and steps[-1] <= question["steps"][1] if steps else False
    if len(points) < len(said) or not (inside and rising and wide):
        raise BadPrediction("The sketch leaves its frame. Draw it again, or skip the question.")
    return points


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 1e300:
        raise BadPrediction("A prediction is a number. Write one, or skip the question.")
    return float(value)


_READ = {"number": _read_number, "choice": _read_choice, "curve": _read_curve}
