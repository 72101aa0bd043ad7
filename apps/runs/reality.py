"""What a run came to, beside what was predicted: in numbers, and in words that teach."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.courses.dialect import QuestionFacts, show_asked
from apps.runs.streams import Entry
from workers.protocol import BadMessage, Event, decode

NEAR = 0.2
"""A number within a fifth of the real one is well predicted, unless the author said how near."""

NEAR_CURVE = 0.1
"""A curve, when it runs within a tenth of the frame's height, on average."""

MOST_POINTS = 200
"""Kept of a real curve beside a sketched one."""

Point = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a metric came to: `value` is None when it never did; `step` is where."""

    value: float | None
    step: int


def compare(prediction: Any, question: QuestionFacts | None, points: Sequence[Point]) -> Any:
    """The prediction with what came of it: `came`, `near`, `words` and `why`. As it was, where there is nothing to compare.

    `points` are what the run recorded of the question's metric. `came` is a number, the place of a choice, or points.
    """
    if not isinstance(prediction, dict) or "said" not in prediction or question is None:
        return prediction
    if prediction["question"] != show_asked(question):  # another question than the one that was answered
        return prediction
    if question["metric"] and not points:
        words = f"The run recorded no “{question['metric']}”, so there is nothing to compare your prediction to."
        return prediction | {"came": None, "near": False, "words": words, "why": ""}
    came, near, words = _COMPARE[question["kind"]](question, prediction["said"], points)
    return prediction | {"came": came, "near": near, "words": words, "why": question["answer"]["why"]}


def read_points(entries: Sequence[Entry], metric: str, fence: int) -> list[Point]:
    """What one attempt told of one metric, in order. NaN and infinity are what they are."""
    points: list[Point] = []
    for entry in entries:
        if not entry.id.startswith(f"{fence}-") or b'"metric"' not in entry.event:
            continue
        data = _read_data(entry)
        if data.get("name") == metric:
            points += [(int(step), float(value)) for step, value in data["points"]]
    return points


def _read_data(entry: Entry) -> Mapping[str, Any]:
    try:
        event = decode(entry.event)
    except BadMessage:
        return {}
    return event.data if isinstance(event, Event) and event.type == "metric" else {}


def _compare_number(question: QuestionFacts, said: float, points: Sequence[Point]) -> tuple[Any, bool, str]:
    seen, unit = _measure(question, points), f" {question['unit']}" if question["unit"] else ""
    words = f"You said {_about(said)}{unit}; {_tell(question, seen, points)}."
    if seen.value is None or not math.isfinite(seen.value):
        return None if seen.value is None else str(seen.value), False, words
    allowed = question["answer"]["near"]
    near = abs(said - seen.value) <= (NEAR * abs(seen.value) if allowed is None else allowed)
    return seen.value, near, f"{words} {_weigh(question, said, seen.value, near=near)}".strip()


def _compare_choice(question: QuestionFacts, said: int, points: Sequence[Point]) -> tuple[Any, bool, str]:
    chosen, right = question["choices"][said], question["answer"]["right"]
    if right is not None:
        words = (
            f"You said “{chosen}”, and with the project’s own code that is right."
            if said == right
            else f"You said “{chosen}”; with the project’s own code it is “{question['choices'][right]}”."
        )
        return right, said == right, words
    seen = _measure(question, points)
    came, told = _find_range(question, seen.value), _tell(question, seen, points)
    if came is None:
        return None, False, f"You said “{chosen}”. None of the answers came true: {told}."
    if came == said:
        return came, True, f"You said “{chosen}”, and so it was: {told}."
    return came, False, f"You said “{chosen}”. It was “{question['choices'][came]}”: {told}."


def _compare_curve(question: QuestionFacts, said: list[list[float]], points: Sequence[Point]) -> tuple[Any, bool, str]:
    real = [(step, value) for step, value in points if math.isfinite(value)]
    pairs = [(step, drawn, at) for step, drawn in said if (at := _interpolate(real, step)) is not None]
    if not pairs:
        return [], False, f"The {question['metric']} was no number at any step that you drew."
    off = [abs(_height(question, drawn) - _height(question, at)) for _, drawn, at in pairs]
    step, drawn, at = pairs[off.index(max(off))]
    near = sum(off) / len(off) <= NEAR_CURVE
    words = f"You drew the {question['metric']} ending at {_brief(said[-1][1])}; it ended at {_brief(points[-1][1])}."
    if near:
        words += " Your curve runs close to the real one."
    else:
        words += f" You were furthest off at step {step:g}: you drew {_brief(drawn)}, it was {_brief(at)}."
    return [list(point) for point in _thin(real)], near, words


def _measure(question: QuestionFacts, points: Sequence[Point]) -> Seen:
    answer = question["answer"]
    finite = [point for point in points if math.isfinite(point[1])] or list(points)
    match answer["of"]:
        case "first":
            return Seen(points[0][1], points[0][0])
        case "lowest":
            step, value = min(finite, key=lambda point: point[1])
            return Seen(value, step)
        case "highest":
            step, value = max(finite, key=lambda point: point[1])
            return Seen(value, step)
        case "steps":
            below, bound = answer["sign"] == "<", answer["bound"]
            reached = next((step for step, value in points if (value < bound if below else value > bound)), None)
            return Seen(reached, points[-1][0])
        case _:
            return Seen(points[-1][1], points[-1][0])


def _tell(question: QuestionFacts, seen: Seen, points: Sequence[Point]) -> str:
    metric, answer = question["metric"], question["answer"]
    if answer["of"] == "steps":
        way = f"{'below' if answer['sign'] == '<' else 'above'} {_brief(answer['bound'])}"
        if seen.value is None:
            return f"the {metric} never got {way} in {seen.step} steps"
        return f"the {metric} got {way} at step {seen.value:g} of {points[-1][0]}"
    value = _brief(seen.value if seen.value is not None else math.nan)
    return {
        "first": f"the {metric} began at {value}",
        "lowest": f"the lowest {metric} was {value}, at step {seen.step}",
        "highest": f"the highest {metric} was {value}, at step {seen.step}",
    }.get(answer["of"], f"the {metric} was {value} after {seen.step} steps")


def _weigh(question: QuestionFacts, said: float, came: float, *, near: bool) -> str:
    """How far off that was, as a factor, where a factor says something."""
    if near:
        return "Well predicted."
    if said <= 0 or came <= 0:
        return ""
    factor = max(said / came, came / said)
    less, more = ("sooner", "later") if question["answer"]["of"] == "steps" else ("less", "more")
    return f"That is {factor:.2g} times {less if came < said else more} than you thought." if factor >= 1.5 else ""


def _find_range(question: QuestionFacts, value: float | None) -> int | None:
    """The place of the choice in whose range the value lies."""
    if value is None or math.isnan(value):
        return None
    for place, (low, high) in enumerate(question["answer"]["ranges"]):
        if (low is None or value >= low) and (high is None or value < high):
            return place
    return None


def _interpolate(points: Sequence[Point], step: float) -> float | None:
    """The curve's value at a step between two recorded ones; None before its first and after its last."""
    place = bisect_left(points, (step, -math.inf))
    if place == len(points) or (place == 0 and points[0][0] > step):
        return None
    after = points[place]
    if place == 0 or after[0] == step:
        return after[1]
    before = points[place - 1]
    return before[1] + (after[1] - before[1]) * (step - before[0]) / (after[0] - before[0])


def _height(question: QuestionFacts, value: float) -> float:
    """Where a value stands in the frame of a sketch: 0 at its bottom, 1 at its top, and never outside."""
    least, most = question["values"]
    value = min(max(value, least), most)
    if question["log"]:
        return math.log(value / least) / math.log(most / least)
    return (value - least) / (most - least)


def _thin(points: Sequence[Point]) -> list[Point]:
    """At most so many of them, evenly by place, first and last included."""
    if len(points) <= MOST_POINTS:
        return list(points)
    stride = (len(points) - 1) / (MOST_POINTS - 1)
    return [points[round(place * stride)] for place in range(MOST_POINTS)]


def _about(said: float) -> str:
    return _brief(said) if said.is_integer() else f"about {_brief(said)}"


def _brief(value: float) -> str:
    """Three digits that matter."""
    if not math.isfinite(value):
        return "not a number any more (NaN)" if math.isnan(value) else str(value).replace("inf", "infinite")
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"


_COMPARE: Mapping[str, Callable[..., tuple[Any, bool, str]]] = {
    "number": _compare_number,
    "choice": _compare_choice,
    "curve": _compare_curve,
}
