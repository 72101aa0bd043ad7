"""What is wrong with a chapter's text, said line by line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

SHOWN = 100  # nobody mends more in one go, and a hostile file has hundreds of thousands
ERROR, WARNING = "error", "warning"


class _Sentence(NamedTuple):
    line: int
    message: str


class Problem(_Sentence):
    """A sentence about one line of the file (counted from 1): what is wrong, and what to write instead.

    It unpacks as line and message. `column` is counted from 1, 0 where it is the whole line that is meant. An `error` keeps
    a text from being published, a `warning` does not.
    """

    column: int
    severity: str

    def __new__(cls, line: int, message: str, *, column: int = 0, severity: str = ERROR) -> Problem:
        problem = super().__new__(cls, line, message)
        problem.column, problem.severity = column, severity
        return problem


class BadChapter(ValueError):
    """The text cannot be published. `problems` stand in the order of their lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sort_problems(problems)
        super().__init__("; ".join(f"line {line}: {message}" for line, message in self.problems))


class Problems(list[Problem]):
    """Collects problems, so that a writer learns of all of them at once."""

    def add(self, line: int, message: str, *, column: int = 0) -> None:
        self.append(Problem(line, message, column=column))

    def warn(self, line: int, message: str) -> None:
        self.append(Problem(line, message, severity=WARNING))

    def raise_any(self) -> None:
        if self:
            raise BadChapter(self)


def sort_problems(problems: Iterable[Problem]) -> list[Problem]:
    """Each once, by line, then by sentence, and no more than can be mended in one go."""
    return sorted(set(problems))[:SHOWN]
