"""Where a reader stands in a chapter, and what is still missing before it is finished."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict

from apps.quizzes.visits import Notes

from .texts import Text


@dataclass(frozen=True)
class LastRun:
    id: str
    state: str


@dataclass(frozen=True)
class Standing:
    """What a reader has done in one chapter, in keys of its items.

    `answered` says for each question tried whether some answer was right; `reached` are the projects whose goal a run
    of theirs has met.
    """

    read: frozenset[str] = frozenset()
    place: str | None = None
    answered: dict[str, bool] = field(default_factory=dict)
    last_runs: dict[str, LastRun] = field(default_factory=dict)
    reached: frozenset[str] = frozenset()
    finished_at: datetime | None = None

    @classmethod
    def of_visit(cls, notes: Notes) -> Standing:
        answered = {key: any(one["correct"] for one in answers) for key, answers in notes["answers"].items()}
        place = notes["place"]
        return cls(read=frozenset(notes["read"]), place=place and place["key"], answered=answered)


class Missing(TypedDict):
    text: str
    href: str


def list_missing(text: Text, standing: Standing) -> list[Missing]:
    """What has to be done before the chapter is finished, in the order of the text; empty when nothing is."""
    return [*_unread(text, standing), *_unsolved(text, standing), *_unreached(text, standing)]


def _unread(text: Text, standing: Standing) -> Iterator[Missing]:
    for section in text.sections:
        if section.id not in standing.read:
            yield Missing(text=f"Read section {section.number}, {section.title}", href=f"#{section.id}")


def _unsolved(text: Text, standing: Standing) -> Iterator[Missing]:
    for number, key in enumerate(text.questions, start=1):
        solved = standing.answered.get(key)
        if solved is None:
            yield Missing(text=f"Answer question {number} of the quiz", href=f"#{key}")
        elif not solved:
            yield Missing(text=f"Try question {number} of the quiz again", href=f"#{key}")


def _unreached(text: Text, standing: Standing) -> Iterator[Missing]:
    for project in text.projects:
        if project.key not in standing.reached:
            yield Missing(text=f"Run “{project.title}” until it reaches its goal", href=f"#{project.key}")
