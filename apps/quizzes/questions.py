"""Questions as a revision keeps them, and what a reader is told about an answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString, mark_safe

from apps.courses.dialect import print_wording

if TYPE_CHECKING:
    from apps.courses.dialect.rendering import QuizAnswers


class AnswerRefused(ValueError):
    """An answer that cannot be graded; its text tells the reader why and what to do."""


@dataclass(frozen=True)
class Choice:
    """What a reader may see of a choice before taking it."""

    id: str
    html: SafeString


@dataclass(frozen=True)
class Reason:
    """What a reader is told about a choice that they took."""

    id: str
    correct: bool
    html: SafeString


@dataclass(frozen=True)
class Result:
    """An answer and its grade. `solved` says that some answer to the question was right, this one or an earlier."""

    correct: bool
    chosen: list[str]
    reasons: list[Reason]
    solved: bool


class Question:
    """A question of a live text. Templates can reach its prompt and choices; which are right stays in here."""

    def __init__(self, key: str, stored: QuizAnswers) -> None:
        """`stored` is the question's entry in `Revision.quizzes`, whose HTML was made safe when it was published."""
        self.key = key
        self.prompt_html = mark_safe(stored["prompt_html"])  # noqa: S308
        self.body_html = mark_safe(stored["body_html"])  # noqa: S308
        self.multiple = bool(stored["multiple"])
        self.choices = [Choice(choice["id"], mark_safe(choice["html"])) for choice in stored["choices"]]  # noqa: S308
        self.wording = print_wording(stored)
        self._stored = stored["choices"]

    def check_wording(self, read: str) -> None:
        """Raises `AnswerRefused` when the question was rewritten since it was `read`; "" is from who did not say."""
        if read and read != self.wording:
            raise AnswerRefused("This question was rewritten while you had it open. Read it again, then answer.")

    def grade(self, chosen: Sequence[str]) -> bool:
        """Whether exactly the right choices were taken. Raises `AnswerRefused` for what is no answer."""
        if not chosen:
            raise AnswerRefused("Nothing was chosen yet. Choose an answer, then check it.")
        if not {choice.id for choice in self.choices}.issuperset(chosen):
            raise AnswerRefused("That choice does not belong to this question. Choose one of those shown here.")
        if len(set(chosen)) > 1 and not self.multiple:
            raise AnswerRefused("This question has one answer. Choose one, then check it.")
        return {choice["id"] for choice in self._stored if choice["correct"]} == set(chosen)

    def explain(self, chosen: Collection[str], *, correct: bool, solved: bool) -> Result:
        """The result as the reader sees it: reasons for the taken choices and no others."""
        reasons = [
            Reason(choice["id"], choice["correct"], mark_safe(choice["reason_html"]))  # noqa: S308
            for choice in self._stored
            if choice["id"] in chosen
        ]
        return Result(correct, list(chosen), reasons, solved)
