"""Asks a program that succeeded its questions, in a second cell, and compares the answers with what was expected.

The expectations stay here, outside of every cell. Answers are raw numbers: whatever the code did to Python, to torch or
to its own line to us, it has to name numbers that are near enough, and nobody tells it how near it came.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from workers.protocol import Check, Exit, Graded, Question, State, Tensor
from workers.runner.claims import Claim

_VERDICT_BYTES = 48 * 1024
"""What the messages of a verdict may weigh together as JSON, well within one event."""
_MOST_SHOWN = 4
_LONGEST_CALL = 80


@dataclass(frozen=True, slots=True)
class Answer:
    """What the program answered to one question; `error` is the last line of what was raised, or empty."""

    shape: list[int]
    values: list[float]
    error: str


@dataclass(slots=True)
class Questioning:
    """Puts the questions of the checks one after another; takes an answer only when one is due."""

    checks: Sequence[Check]
    answers: list[Answer] = field(default_factory=list)
    _asking: bool = False

    def hear(self, claim: Claim) -> Question | None:
        """The next question, once the code has run and after each answer."""
        if claim.type == "asking" and not self._asking:
            self._asking = True
        elif claim.type == "answer" and self._asking and not self.satisfied:
            self.answers.append(Answer(**claim.data))
        else:
            return None
        return None if self.satisfied else self._question(self.checks[len(self.answers)])

    @property
    def satisfied(self) -> bool:
        """Whether every question has its answer."""
        return len(self.answers) == len(self.checks)

    def _question(self, check: Check) -> Question:
        return Question(call=check.call, inputs=check.inputs)

    def grade(self, ending: Exit) -> list[Graded]:
        """What came of each check; a program that ended before it had answered fails the rest."""
        answered = [_grade(check, answer) for check, answer in zip(self.checks, self.answers, strict=False)]
        rest = self.checks[len(self.answers) :]
        why = _why_unanswered(ending)
        graded = answered + [Graded(name=check.name, passed=False, message=f"{_about(check)}: {why}") for check in rest]
        return [_shortened(one, _VERDICT_BYTES // len(graded)) for one in graded]


def verdict(graded: list[Graded]) -> dict[str, Any]:
    """The data of the `verdict` event."""
    checks = [{"name": one.name, "passed": one.passed, "message": one.message} for one in graded]
    return {"passed": all(one.passed for one in graded), "checks": checks}


def _grade(check: Check, answer: Answer) -> Graded:
    problem = _problem(check, answer)
    if not problem:
        return Graded(name=check.name, passed=True, message=f"{_about(check)}: as expected.")
    hint = f" {check.hint}" if check.hint and not answer.error else ""  # it speaks of wrong values
    return Graded(name=check.name, passed=False, message=f"{_about(check)}: {problem}{hint}")


def _problem(check: Check, answer: Answer) -> str:
    """What is wrong with an answer, as a sentence; nothing when it passes."""
    if answer.error:
        return f"it raised {answer.error.rstrip('.')}."
    expected = check.expect
    if not _fits(check, answer):
        return f"expected {_shape_text(expected.shape)}, got {_shape_text(answer.shape)}."
    if len(answer.values) != math.prod(answer.shape):
        return f"its {math.prod(answer.shape)} values did not arrive whole."
    wrong = [n for n, value in enumerate(answer.values) if not _holds(check, value, _expected(expected, n))]
    if not wrong:
        return ""
    return f"expected {_WORDS[check.relation]} {_values(expected, wrong)}, got {_values(answer, wrong)}{_place(answer, wrong)}."


_WORDS = {"close": "about", "below": "less than", "above": "more than"}


def _fits(check: Check, answer: Answer) -> bool:
    """A bound may be one number for values of any shape; a value needs its own."""
    return answer.shape == check.expect.shape or (check.relation != "close" and check.expect.shape == [])


def _expected(expected: Tensor, place: int) -> float:
    return expected.values[place] if expected.shape else expected.values[0]


def _holds(check: Check, value: float, expected: float) -> bool:
    """False for NaN, whatever the relation."""
    if check.relation == "below":
        return value < expected
    if check.relation == "above":
        return value > expected
    return abs(value - expected) <= check.within


def _why_unanswered(ending: Exit) -> str:
    if ending.outcome == State.SUCCEEDED:
        return "your code ended the program before it could be asked; let it come to its end by itself."
    return f"your code was run again to be asked, and did not come to its end: {ending.message}"


def _about(check: Check) -> str:
    call = check.call if len(check.call) <= _LONGEST_CALL else f"{check.call[:_LONGEST_CALL]}…"
    return f"For {call}"


def _shape_text(shape: list[int]) -> str:
    return f"a tensor of shape {shape}" if shape else "a single number"


def _values(numbers: Tensor | Answer, places: list[int]) -> str:
    """The numbers at the first of these places; a bound that is one number for all is shown once."""
    if not numbers.shape:
        return f"{numbers.values[0]:.4g}"
    shown = ", ".join(f"{numbers.values[place]:.4g}" for place in places[:_MOST_SHOWN])
    return f"{shown}, …" if len(places) > _MOST_SHOWN else shown


def _place(answer: Answer, wrong: list[int]) -> str:
    """Which of several values are meant."""
    if len(answer.values) == 1:
        return ""
    first = _index(answer.shape, wrong[0])
    if len(wrong) == 1:
        return f" (1 of {len(answer.values)} values is wrong: at {first})"
    return f" ({len(wrong)} of {len(answer.values)} values are wrong, the first of them at {first})"


def _index(shape: list[int], place: int) -> list[int]:
    index: list[int] = []
    for size in reversed(shape):
        place, at = divmod(place, size)
        index.insert(0, at)
    return index


def _shortened(graded: Graded, most: int) -> Graded:
    """So that its message weighs at most so many bytes of JSON."""
    message = graded.message
    while len(json.dumps(message)) > most:
        message = f"{message[: len(message) * 3 // 4]}…"
    return Graded(name=graded.name, passed=graded.passed, message=message)
