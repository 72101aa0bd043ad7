"""Answering a question, and remembering how it went."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.accounts.models import User
from apps.courses.models import Item

from .models import Attempt
from .questions import Question, Result
from .visits import Answer, Reader, Visit


def answer(*, reader: Reader, item: Item, question: Question, choices: Sequence[str], wording: str) -> Result:
    """Grade an answer and keep it: as an attempt of a student, or as a note of a visit.

    Raises `AnswerRefused`, and keeps nothing, when `choices` are no answer to the question, or `wording` is not its own:
    then they were meant for another.
    """
    question.check_wording(wording)
    chosen = sorted(set(choices))
    correct = question.grade(chosen)
    if isinstance(reader, Visit):
        solved = note_answer(visit=reader, item=item, chosen=chosen, correct=correct)
    else:
        Attempt.objects.create(user=reader, item=item, choices=chosen, correct=correct)
        solved = correct or Attempt.objects.filter(user=reader, item=item, correct=True).exists()
    return question.explain(chosen, correct=correct, solved=solved)


def note_answer(*, visit: Visit, item: Item, chosen: list[str], correct: bool) -> bool:
    """Note the answer beside the first right one; whether the question is solved. Older wrong ones are let go."""
    with visit.noting(item.chapter_id) as notes:
        right = [old for old in notes["answers"].get(item.key, []) if old["correct"]][:1]
        new = Answer(chosen=chosen, correct=correct, at=timezone.now().isoformat())
        notes["answers"][item.key] = [*right, new]
    return correct or bool(right)


def find_result(*, reader: Reader, item: Item, question: Question) -> Result | None:
    """How the reader's last answer went, if there is one. One query for a student, none for a visit."""
    return find_noted(reader, item, question) if isinstance(reader, Visit) else find_attempt(reader, item, question)


def find_noted(visit: Visit, item: Item, question: Question) -> Result | None:
    answers = visit.notes(item.chapter_id)["answers"].get(item.key)
    if not answers:
        return None
    last, solved = answers[-1], any(one["correct"] for one in answers)
    return question.explain(last["chosen"], correct=last["correct"], solved=solved)


def find_attempt(user: User, item: Item, question: Question) -> Result | None:
    right = Attempt.objects.filter(user=OuterRef("user"), item=OuterRef("item"), correct=True)
    last = Attempt.objects.filter(user=user, item=item).annotate(solved=Exists(right)).first()
    if last is None:
        return None
    return question.explain(last.choices, correct=last.correct, solved=last.solved)
