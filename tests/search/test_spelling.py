"""Misspelt words, words not typed to their end; and only words that a reader can find."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, transaction

from apps.courses.models import Passage
from apps.search.finding import GLANCE
from apps.search.models import Word

from .sites import add_section, ask, build_chapter, build_person, build_thread, list_titles

TEXT = "The gradient of a tensor tells how to train the optimizer by backpropagation through every module"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gradiant", "gradient"),
        ("graident", "gradient"),
        ("tenosr", "tensor"),
        ("optmizer", "optimizer"),
        ("backpropogation", "backpropagation"),
        ("Gradiant of tenosr", "gradient of tensor"),
        ('gradiant "every module"', 'gradient "every module"'),
    ],
)
def test_what_was_meant_is_looked_for(typed: str, meant: str) -> None:
    add_section(build_chapter(), "Here", TEXT)
    answer = ask(typed)
    assert (answer.query, answer.typed, answer.is_corrected) == (meant, typed, True)
    assert list_titles(answer) == ["Here"]


@pytest.mark.parametrize(
    "typed", ["xyzzy", '"gradiant"', "gradients cuda", "trains apple", "optimisers nothing", "abc"]
)
def test_no_other_word_is_put_for_a_known_one_or_for_none(typed: str) -> None:
    add_section(build_chapter(), "Here", TEXT)
    answer = ask(typed)
    assert (answer.total, answer.is_corrected, answer.better) == (0, False, "")


def test_where_little_is_found_the_better_word_is_only_offered() -> None:
    chapter = build_chapter()
    add_section(chapter, "Here", TEXT)
    build_thread(chapter, build_person(), title="My gradiant is gone")
    answer = ask("gradiant")
    assert (answer.query, answer.better) == ("gradiant", "gradient")
    assert list_titles(answer, "thread") == ["My gradiant is gone"]


@pytest.mark.parametrize("typed", ["g", "grad", "gradi", "backpropa", "traini", "how to optimiz"])
def test_the_last_word_may_still_grow(typed: str) -> None:
    add_section(build_chapter(), "Here", f"{TEXT} in training")
    assert list_titles(ask(typed, wish=GLANCE)) == ["Here"]


def test_a_word_that_has_ended_does_not_grow() -> None:
    add_section(build_chapter(), "Here", TEXT)
    assert list_titles(ask("opti ", wish=GLANCE)) == []
    assert list_titles(ask("opti")) == ["Here"]  # on the page, too, where nothing else is found


def test_words_are_counted_as_texts_come_and_go() -> None:
    chapter = build_chapter()
    add_section(chapter, "Loss", "The loss, the CrossEntropyLoss and nn.Linear of x1")
    add_section(chapter, "More", "loss")
    counted = dict(Word.objects.values_list("word", "uses"))
    assert counted == {"loss": 2, "crossentropyloss": 1, "cross": 1, "entropy": 1, "linear": 1}
    chapter.passages.all().delete()
    assert not Word.objects.filter(uses__gt=0).exists()
    assert ask("crossentropylos").better == ""


def test_a_passage_is_replaced_and_never_changed() -> None:
    section = add_section(build_chapter(), "Loss")
    with pytest.raises(ProgrammingError, match="replaced, never changed"), transaction.atomic():
        Passage.objects.filter(pk=section.pk).update(text="other")
