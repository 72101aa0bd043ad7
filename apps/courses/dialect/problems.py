"""What is wrong with a chapter's text, said line by line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

SHOWN = 100  # nobody mends more in one go, and a hostile file has hundreds of thousands


class Problem(NamedTuple):
    """A sentence about one line of the file (counted from 1): what is wrong, and what to write instead."""

    line: int
    message: str


class BadChapter(ValueError):
    """The text cannot be published. `problems` stand in the order of their lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))[:SHOWN]
        super().__init__("; ".join(f"line {line}: {message}" for line, message in self.problems))


class Problems(list[Problem]):
    """Collects problems, so that a writer learns of all of them at once."""

    def add(self, line: int, message: str) -> None:
        self.append(Problem(line, message))

    def raise_any(self) -> None:
        if self:
            raise BadChapter(self)
