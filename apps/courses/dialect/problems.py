"""What is wrong with a chapter's text, said line by line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

SHOWN = 100  # nobody mends more in one go, and a hostile file has hundreds of thousands
QUOTED = re.compile(r"“([^”]+)”")
ERROR, WARNING = "error", "warning"


class _Sentence(NamedTuple):
    line: int
    message: str


class Problem(_Sentence):
    """A sentence about one line of the file (counted from 1): what is wrong, and what to write instead.

    It unpacks as line and message. `column` is counted from 1, 0 where it is the whole line that is meant; `length` are
    the characters from there on. An `error` keeps a text from being published, a `warning` does not.
    """

    column: int
    length: int
    severity: str

    def __new__(cls, line: int, message: str, *, column: int = 0, length: int = 0, severity: str = ERROR) -> Problem:
        problem = super().__new__(cls, line, message)
        problem.column, problem.length, problem.severity = column, length, severity
        return problem

    def locate(self, text: str) -> Problem:
        """With its column in the line `text`, if its sentence quotes something that stands there once."""
        for quoted in QUOTED.findall(self.message):
            places = [found.start() for found in re.finditer(rf"(?<!\w){re.escape(quoted)}(?!\w)", text)]
            if len(places) == 1:
                return Problem(*self, column=places[0] + 1, length=len(quoted), severity=self.severity)
        return self


class BadChapter(ValueError):
    """The text cannot be published. `problems` stand in the order of their lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sort_problems(problems)
        super().__init__("; ".join(f"line {line}: {message}" for line, message in self.problems))


class Problems(list[Problem]):
    """Collects problems, so that a writer learns of all of them at once."""

    def add(self, line: int, message: str) -> None:
        self.append(Problem(line, message))

    def warn(self, line: int, message: str) -> None:
        self.append(Problem(line, message, severity=WARNING))

    def raise_any(self) -> None:
        if self:
            raise BadChapter(self)


def locate_problems(problems: Iterable[Problem], source: str) -> list[Problem]:
    """Each with its column, where that is known."""
    lines = dict(enumerate(source.split("\n"), start=1))
    return [problem.locate(lines.get(problem.line, "")) for problem in problems]


def sort_problems(problems: Iterable[Problem]) -> list[Problem]:
    """Each once, by line, then by sentence, and no more than can be mended in one go."""
    return sorted(set(problems))[:SHOWN]
