from __future__ import annotations

import pytest

from apps.quizzes.questions import AnswerRefused, Question

from .chapters import build_question

ONE, SEVERAL = Question("q", build_question("b")), Question("q", build_question("a", "c"))


@pytest.mark.parametrize(
    ("question", "chosen", "correct"),
    [
        (ONE, ["b"], True),
        (ONE, ["a"], False),
        (SEVERAL, ["a", "c"], True),
        (SEVERAL, ["c", "a"], True),
        (SEVERAL, ["a"], False),
        (SEVERAL, ["a", "b", "c"], False),
        (SEVERAL, ["b"], False),
    ],
)
def test_only_exactly_the_right_choices_are_right(question: Question, chosen: list[str], correct: bool) -> None:
    assert question.grade(chosen) is correct


@pytest.mark.parametrize(
    ("question", "chosen", "says"),
    [
        (ONE, [], "Choose an answer"),
        (SEVERAL, [], "Choose an answer"),
        (ONE, ["z"], "does not belong"),
        (SEVERAL, ["a", "c", "z"], "does not belong"),
        (ONE, ["\x00"], "does not belong"),
        (ONE, ["a", "b"], "has one answer"),
    ],
)
def test_what_is_no_answer_is_refused_in_plain_words(question: Question, chosen: list[str], says: str) -> None:
    with pytest.raises(AnswerRefused, match=says):
        question.grade(chosen)


def test_only_the_chosen_choices_are_explained() -> None:
    result = SEVERAL.explain(["b"], correct=False, solved=False)
    assert [(reason.id, reason.correct, reason.html) for reason in result.reasons] == [
        ("b", False, "<p>The reason for b</p>")
    ]


def test_a_template_cannot_reach_what_is_right() -> None:
    shown = {name for name in vars(SEVERAL) if not name.startswith("_")}
    assert shown == {"key", "prompt_html", "body_html", "multiple", "choices", "wording"}
    assert {name for choice in SEVERAL.choices for name in vars(choice)} == {"id", "html"}
