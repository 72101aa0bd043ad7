"""The language of the field: phrases, what is left out, one or the other; and nothing that breaks it."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.search.query import MAX_LENGTH, parse
from apps.search.refusals import BadQuery
from apps.search.synonyms import find_synonyms, find_variants

from .sites import add_section, ask, build_chapter, list_titles

TEXTS = {
    "One": "the loss is nan after an epoch",
    "Two": "is the loss falling, or nan",
    "Three": "infinite values without any loss",
}


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("loss nan", {"One", "Two"}),
        ("LOSS Nan!", {"One", "Two"}),
        ('"loss is nan"', {"One"}),
        ('"loss is nan', {"One"}),
        ("loss -nan", {"Three"}),
        ('loss -"loss fall"', {"One", "Three"}),
        ("nan or infinite", {"One", "Two", "Three"}),
        ("falling OR epoch", {"One", "Two"}),
        ("epoch loss or infinite", {"One", "Three"}),
        ("what is the epoch", {"One"}),
        ("or nan or", {"One", "Two"}),
        ("“falling”", {"Two"}),
        ("the", set()),
        ("loss & ! <-> | ( nan", {"One", "Two"}),
    ],
)
def test_the_language_of_the_field(query: str, titles: set[str]) -> None:
    chapter = build_chapter()
    for title, text in TEXTS.items():
        add_section(chapter, title, text)
    assert set(list_titles(ask(query))) == titles


@pytest.mark.parametrize("typed", ["", "  ", "-", '"', '""', "or", "- or ' -\"", "…", "&|!():*"])
def test_without_a_word_there_is_nothing_to_look_for(typed: str) -> None:
    with pytest.raises(BadQuery, match="at least one letter"):
        parse(typed)


def test_what_is_wanted_must_be_said() -> None:
    with pytest.raises(BadQuery, match="what to look for, too"):
        parse('-loss -"is nan"')


def test_only_so_many_words_are_looked_for() -> None:
    with pytest.raises(BadQuery, match="16 words"):
        parse("a.b.c d " * 5)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=MAX_LENGTH) | st.text(alphabet="ab'\"-or:*&|!<>() \\%.1A", max_size=60))
def test_whatever_is_typed_postgres_reads_it(typed: str) -> None:
    try:
        query = parse(typed)
    except BadQuery:
        return
    with connection.cursor() as cursor:
        for written in (query.write(), query.write(begins=["abc"]), query.write_plainly()):
            cursor.execute("SELECT to_tsquery('english', %s)", [written])


def test_spellings_and_names() -> None:
    assert find_variants("optimiser") == {"optimizer"}
    assert find_variants("normalization") == {"normalisation"}
    assert find_variants("behaviors") == {"behaviours"}
    assert find_variants("noise") == find_variants("size") == find_variants("loss") == set()
    assert set(find_synonyms(("learning", "rates"))) == {("lr",)}
    assert ("batch", "normalization") in set(find_synonyms(("batchnorm",)))
    assert ("batchnorm",) in set(find_synonyms(("batch", "normalisation")))
    assert list(find_synonyms(("loss",))) == []
