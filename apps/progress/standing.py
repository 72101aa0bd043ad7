"""Where a reader stands in a chapter, and what is still missing before it is finished."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from apps.quizzes.visits import Notes

from .texts import Text


@dataclass(frozen=True)
class LastRun:
    id: str
    state: str


@dataclass(frozen=True)
class Draft:
    code: str
    revision: int


@dataclass(frozen=True)
class Standing:
    """What a reader has done in one chapter, in keys of its items.

    `answered` says for each question tried whether some answer was right; `reached` are the projects whose goal a run
    of theirs has met, `predicted` those whose question they have answered or skipped. `drafts` is their code of
    projects, as it was last typed; `known` are the finished ones among the chapters that this one builds on.
    """

    read: frozenset[str] = frozenset()
    place: str | None = None
    answered: dict[str, bool] = field(default_factory=dict)
    last_runs: dict[str, LastRun] = field(default_factory=dict)
    reached: frozenset[str] = frozenset()
    predicted: frozenset[str] = frozenset()
    finished_at: datetime | None = None
    drafts: dict[str, Draft] = field(default_factory=dict)
    known: frozenset[str] = frozenset()

    @classmethod
    def of_visit(cls, notes: Notes) -> Standing:
        answered = {key: any(one["correct"] for one in answers) for key, answers in notes["answers"].items()}
        place = notes["place"]
        return cls(read=frozenset(notes["read"]), place=place and place["key"], answered=answered)


class Missing(NamedTuple):
    text: str
    href: str


def list_missing(text: Text, standing: Standing) -> list[Missing]:
    """What has to be done before the chapter is finished, in the order of the text; empty when nothing is."""
    return [*_unread(text, standing), *_unsolved(text, standing), *_unreached(text, standing)]


def _unread(text: Text, standing: Standing) -> Iterator[Missing]:
    left = [section for section in text.sections if section.id not in standing.read]
    for first, last in _gather([section.number for section in left]):
        opening = next(section for section in left if section.number == first)
        what = f"section {first}, {opening.title}" if first == last else f"sections {first} to {last}"
        yield Missing(text=f"Read {what}", href=f"#{opening.id}")


def _unsolved(text: Text, standing: Standing) -> Iterator[Missing]:
    tried = [standing.answered.get(key) for key in text.questions]
    for first, last in _gather([number for number, solved in enumerate(tried, start=1) if solved is None]):
        what = f"question {first}" if first == last else f"questions {first} to {last}"
        yield Missing(text=f"Answer {what} of the quiz", href=f"#{text.questions[first - 1]}")
    for number, solved in enumerate(tried, start=1):
        if solved is False:
            yield Missing(text=f"Try question {number} of the quiz again", href=f"#{text.questions[number - 1]}")


def _gather(numbers: list[int]) -> list[tuple[int, int]]:
    """Ascending numbers as (first, last) of their unbroken stretches."""
    stretches: list[tuple[int, int]] = []
    for number in numbers:
        if stretches and number == stretches[-1][1] + 1:
            stretches[-1] = (stretches[-1][0], number)
        else:
            stretches.append((number, number))
    return stretches


def _unreached(text: Text, standing: Standing) -> Iterator[Missing]:
    for project in text.projects:
        if project.key not in standing.reached:
            yield Missing(text=f"Run “{project.title}” until it reaches its goal", href=f"#{project.key}")
