"""The question of a project as an author writes it, and as it is stored."""

from __future__ import annotations

import pytest

from apps.courses.dialect import show_asked
from apps.courses.dialect.compiling import Compiled, compile_chapter
from apps.courses.dialect.problems import BadChapter
from tests.courses.texts import CHAPTER, FIGURES

NUMBER = """
kind = "number"
ask = "After how many epochs is the loss below 10?"
metric = "loss"
of = "steps"
below = 10
unit = "epochs"
why = "It is steep."
"""
CURVE = """
kind = "curve"
ask = "How will the loss fall?"
metric = "loss"
steps = [1, 500]
values = [0.01, 1000]
log = true
"""
NAMED = """
kind = "choice"
ask = "What will it say for 5?"
why = "It has not settled."
[[choice]]
says = "Exactly 50"
[[choice]]
says = "Less"
right = true
"""
RANGED = """
kind = "choice"
ask = "How low will the loss get?"
metric = "loss"
of = "lowest"
[[choice]]
says = "Below 1"
below = 1
[[choice]]
says = "1 or more"
from = 1
"""


def compile_with(question: str, attributes: str = "") -> Compiled:
    fence = f"\n```predict{question}```\n\nAfter."
    text = CHAPTER.replace("\n\nAfter.", fence, 1).replace('minutes="2"', f'minutes="2"{attributes}')
    return compile_chapter(text, figures=FIGURES, address="course/chapter")


def read(question: str) -> dict[str, object]:
    stored = compile_with(question).projects["first"]["question"]
    assert stored is not None
    return dict(stored)


def find_problems(question: str, attributes: str = "") -> list[str]:
    with pytest.raises(BadChapter) as caught:
        compile_with(question, attributes)
    return [problem.message for problem in caught.value.problems]


def test_a_number_is_compared_to_the_metric_it_names() -> None:
    stored = read(NUMBER)
    answer = stored.pop("answer")
    assert (stored["kind"], stored["metric"], stored["unit"]) == ("number", "loss", "epochs")
    assert answer == {
        "of": "steps",
        "sign": "<",
        "bound": 10.0,
        "ranges": [],
        "right": None,
        "near": None,
        "why": "It is steep.",
    }


def test_a_curve_says_where_it_can_be_sketched() -> None:
    stored = read(CURVE)
    assert (stored["steps"], stored["values"], stored["log"]) == ([1, 500], [0.01, 1000.0], True)


def test_a_choice_is_right_by_the_author_s_word_or_within_its_range() -> None:
    named, ranged = (
        compile_with(NAMED).projects["first"]["question"],
        compile_with(RANGED).projects["first"]["question"],
    )
    assert named is not None
    assert ranged is not None
    assert (named["choices"], named["answer"]["right"], named["metric"]) == (["Exactly 50", "Less"], 1, "")
    assert (ranged["answer"]["ranges"], ranged["answer"]["right"]) == ([[None, 1.0], [1.0, None]], None)


@pytest.mark.parametrize("question", [NUMBER, CURVE, NAMED, RANGED])
def test_neither_the_page_nor_what_is_asked_holds_the_answer(question: str) -> None:
    compiled = compile_with(question)
    stored = compiled.projects["first"]["question"]
    assert stored is not None
    assert "answer" not in show_asked(stored)
    assert "steep" not in compiled.html
    assert "settled" not in compiled.html


MISTAKES = [
    (NUMBER, 'kind = "number"', 'kind = "guess"', "is unknown"),
    (NUMBER, 'kind = "number"', "kind = number", "not TOML"),
    (NUMBER, 'ask = "After', 'asks = "After', "means nothing"),
    (NUMBER, 'metric = "loss"', "", "Name what the run records"),
    (NUMBER, 'of = "steps"', 'of = "middle"', "is unknown"),
    (NUMBER, 'of = "steps"', "", "and only then"),
    (NUMBER, "below = 10", "", "and only then"),
    (NUMBER, "below = 10", 'below = "ten"', "below is a number"),
    (NUMBER, "below = 10", "below = nan", "below is a number"),
    (CURVE, "steps = [1, 500]", "steps = [500, 1]", "from less to more"),
    (CURVE, "steps = [1, 500]", "steps = [0.5, 500]", "whole numbers"),
    (CURVE, "steps = [1, 500]", "", "needs steps"),
    (CURVE, "[0.01, 1000]", "[0, 1000]", "above 0 on a logarithmic scale"),
    (CURVE, "log = true", 'log = "yes"', "true or false"),
    (NAMED, 'why = "It has not settled."', "", "needs why"),
    (NAMED, 'says = "Less"', "", "needs says"),
    (NAMED, 'says = "Exactly 50"', 'says = "Exactly 50"\nright = true', "Either one choice"),
    (NAMED, "right = true", "", "Either one choice"),
    (RANGED, "from = 1", "from = 0.5", "not overlap"),
    (RANGED, "below = 1", "below = 1\nfrom = 2", "from less to more"),
    (RANGED, "from = 1", "", "Either one choice"),
]


@pytest.mark.parametrize(("question", "old", "new", "sentence"), MISTAKES)
def test_a_mistake_is_named(question: str, old: str, new: str, sentence: str) -> None:
    assert old in question
    assert [sentence in problem for problem in find_problems(question.replace(old, new, 1))] == [True]


def test_one_choice_is_no_question() -> None:
    assert "there are 1" in find_problems(RANGED[: RANGED.rindex("[[choice]]")])[0]


def test_a_project_leads_from_a_diagnosis_to_the_text_about_it() -> None:
    stored = compile_with(NUMBER, ' diverging="#common-mistakes" nan="closer"').projects["first"]["mistakes"]
    assert stored == {"nan": "closer", "diverging": "common-mistakes"}


def test_a_diagnosis_cannot_lead_nowhere() -> None:
    assert ["leads nowhere" in problem for problem in find_problems(NUMBER, ' nan="elsewhere"')] == [True]
