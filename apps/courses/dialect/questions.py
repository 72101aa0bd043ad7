"""What a project asks before its first run, as it is written: TOML in a ```predict fence.

    kind = "number"
    ask = "After how many epochs will the loss first be below 10?"
    metric = "loss"
    of = "steps"
    below = 10
    unit = "epochs"
    why = "The first steps go down the steep side of the valley."

`kind` is number, curve or choice. Reality is what the run records of `metric`: its first, last, lowest or highest value,
or the steps until it is `below` or `above` a number. A curve is sketched within `steps` and `values`. A choice is judged by
the metric too, each [[choice]] with the range `from` … `below` in which it is right; or the author marks one `right = true`
and says why.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping
from typing import Any, TypedDict

from .nodes import Fence
from .problems import Problems
from .tables import read_toml

KINDS = ("number", "curve", "choice")
OF = ("last", "first", "lowest", "highest", "steps")
COMMON = ("kind", "ask", "why")
FIELDS = {
    "number": (*COMMON, "metric", "of", "below", "above", "unit", "near"),
    "curve": (*COMMON, "metric", "steps", "values", "log"),
    "choice": (*COMMON, "metric", "of", "below", "above", "choice"),
}
CHOICE_FIELDS = ("says", "right", "from", "below")
METRIC = re.compile(r"[A-Za-z][A-Za-z0-9_/. -]{0,59}")
LONGEST_ASK = 300
LONGEST_WHY = 600
LONGEST_CHOICE = 160
LONGEST_UNIT = 20
MOST_CHOICES = 6
MOST_STEPS = 1_000_000


class AnswerFacts(TypedDict):
    """What decides how right a prediction was; it never leaves for a browser before the run.

    `sign` and `bound` belong to `of` = steps. `ranges` are [from, below) of each choice, None for no bound; `right` is the
    place of the choice that the author named, else None. `near` is how far off still counts as near, None for the usual.
    """

    of: str
    sign: str
    bound: float
    ranges: list[list[float | None]]
    right: int | None
    near: float | None
    why: str


class QuestionFacts(TypedDict):
    """A question with its `answer`, which alone is not for the page. `steps` and `values` are least and most of a curve."""

    kind: str
    ask: str
    metric: str
    unit: str
    choices: list[str]
    steps: list[int]
    values: list[float]
    log: bool
    answer: AnswerFacts


class _Wrong(Exception):
    """The question cannot be what is written; the text says what to write instead."""


def read_question(fence: Fence, problems: Problems) -> QuestionFacts | None:
    """The question of one fence; None when it is too broken to ask, and then `problems` says why."""
    written = read_toml(fence, "The question is", problems)
    if written is None:
        return None
    try:
        return _read(written)
    except _Wrong as wrong:
        problems.add(fence.line, str(wrong))
        return None


def show_asked(question: Mapping[str, object]) -> dict[str, object]:
    """What a page may know of a question before it has been answered and run."""
    return {name: value for name, value in question.items() if name != "answer"}


def _read(table: dict[str, Any]) -> QuestionFacts:
    kind = table.get("kind")
    if kind not in KINDS:
        raise _Wrong(f"kind = {kind!r} is unknown: write one of {', '.join(KINDS)}.")
    _check_fields(table, FIELDS[kind], f"a question of kind {kind}")
    choices = _read_choices(table) if kind == "choice" else []
    named = [at for at, choice in enumerate(choices) if choice.get("right")]
    of = _read_of(table)
    sign, bound = _read_threshold(table)
    curve = kind == "curve"
    return QuestionFacts(
        kind=kind,
        ask=_text(table, "ask", LONGEST_ASK),
        metric="" if named else _read_metric(table),
        unit=_text(table, "unit", LONGEST_UNIT, needed=False),
        choices=[_text(choice, "says", LONGEST_CHOICE) for choice in choices],
        steps=[int(step) for step in _read_span(table, "steps", whole=True)] if curve else [],
        values=_read_span(table, "values", log=_read_flag(table, "log")) if curve else [],
        log=_read_flag(table, "log"),
        answer=AnswerFacts(
            of=of,
            sign=sign,
            bound=bound,
            ranges=[] if named else _read_ranges(choices),
            right=named[0] if named else None,
            near=_read_near(table),
            why=_text(table, "why", LONGEST_WHY, needed=bool(named)),
        ),
    )


def _check_fields(table: dict[str, Any], known: tuple[str, ...], what: str) -> None:
    if unknown := [field for field in table if field not in known]:
        raise _Wrong(f"“{unknown[0]}” means nothing in {what}: it knows {', '.join(known)}.")


def _text(table: dict[str, Any], field: str, most: int, *, needed: bool = True) -> str:
    text = table.get(field, "")
    if not isinstance(text, str) or (needed and not text.strip()) or len(text) > most or "\n" in text.strip():
        raise _Wrong(f"A question needs {field} = “…”, one line of at most {most} characters.")
    return text.strip()


def _read_metric(table: dict[str, Any]) -> str:
    metric = table.get("metric")
    if not isinstance(metric, str) or not METRIC.fullmatch(metric):
        raise _Wrong("Name what the run records and the prediction is compared to: metric = “loss”.")
    return metric


def _read_of(table: dict[str, Any]) -> str:
    of = table.get("of", OF[0])
    if of not in OF:
        raise _Wrong(f"of = {of!r} is unknown: write one of {', '.join(OF)}.")
    return str(of)


def _read_threshold(table: dict[str, Any]) -> tuple[str, float]:
    """Sign and bound for `of` = steps, which alone has them; else nothing."""
    given = [field for field in ("below", "above") if field in table]
    if (table.get("of") == "steps") != (len(given) == 1):
        raise _Wrong("With of = “steps”, and only then, say until when: below = 1 or above = 0.9.")
    return ("<" if given == ["below"] else ">", _number(table[given[0]], given[0])) if given else ("", 0.0)


def _read_span(table: dict[str, Any], field: str, *, log: bool = False, whole: bool = False) -> list[float]:
    span = table.get(field)
    if not isinstance(span, list) or len(span) != 2:
        raise _Wrong(f"A curve needs {field} = [least, most].")
    least, most = (_number(one, field) for one in span)
    if not least < most or (log and least <= 0):
        raise _Wrong(f"{field} goes from less to more{', above 0 on a logarithmic scale' if log else ''}.")
    if whole and not (least >= 1 and most <= MOST_STEPS and least.is_integer() and most.is_integer()):
        raise _Wrong(f"{field} are whole numbers from 1 to {MOST_STEPS:,}.")
    return [least, most]


def _read_flag(table: dict[str, Any], field: str) -> bool:
    flag = table.get(field, False)
    if not isinstance(flag, bool):
        raise _Wrong(f"{field} is true or false.")
    return flag


def _read_near(table: dict[str, Any]) -> float | None:
    return None if "near" not in table else abs(_number(table["near"], "near"))


def _read_choices(table: dict[str, Any]) -> list[dict[str, Any]]:
    choices = table.get("choice")
    if not isinstance(choices, list) or not all(isinstance(one, dict) for one in choices):
        raise _Wrong("Write each choice as [[choice]] with says = “…”.")
    if not 2 <= len(choices) <= MOST_CHOICES:
        raise _Wrong(f"A question has 2 to {MOST_CHOICES} choices: there are {len(choices)}.")
    for choice in choices:
        _check_fields(choice, CHOICE_FIELDS, "a choice")
    _check_answers(table, choices)
    return choices


def _check_answers(table: dict[str, Any], choices: list[dict[str, Any]]) -> None:
    named = [choice for choice in choices if _read_flag(choice, "right")]
    ranged = [choice for choice in choices if "from" in choice or "below" in choice]
    if len(named) > 1 or (named and (ranged or "metric" in table)) or (not named and len(ranged) < len(choices)):
        raise _Wrong(
            "Either one choice is right = true, and no metric is named; or metric is, and every choice has from or below."
        )


def _read_ranges(choices: list[dict[str, Any]]) -> list[list[float | None]]:
    ranges = [[_bound(choice, "from"), _bound(choice, "below")] for choice in choices]
    ordered = sorted((-math.inf if low is None else low, math.inf if high is None else high) for low, high in ranges)
    if any(low >= high for low, high in ordered):
        raise _Wrong("The range of a choice goes from less to more: from is the least, below is more.")
    if any(before[1] > after[0] for before, after in itertools.pairwise(ordered)):
        raise _Wrong("Two choices would be right at once: let their ranges not overlap.")
    return ranges


def _bound(choice: dict[str, Any], field: str) -> float | None:
    return _number(choice[field], field) if field in choice else None


def _number(value: object, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
        raise _Wrong(f"{field} is a number.")
    return float(value)
