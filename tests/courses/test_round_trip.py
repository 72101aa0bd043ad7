"""Whatever is written is read as what was written; and whatever is read, nothing but `BadChapter` comes of it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.courses.dialect import BadChapter, Problems, check
from apps.courses.dialect.compiling import read_document
from apps.courses.dialect.nodes import Document
from apps.courses.dialect.writing import write

from .documents import document, forget_lines
from .texts import CHAPTER, FIGURES

PIECES = [
    *CHAPTER.split("\n"), "$", "$$", "[", "](", "](term:", "](out:first)", "](<lines:first:", "```plot", "--- hint", "--- a",
    "::: slider s title=\"t\"", "::: term", "::: tabs t", "[[vary]]", 'name = "a"', "|", "{#", "\\", "\t", "\u2028", "\0", "x" * 50,
]  # fmt: skip


@given(document)
@settings(max_examples=80, deadline=None)
def test_what_is_written_is_read_as_the_same(made: Document) -> None:
    problems = Problems()
    read = read_document(write(made), problems)
    said = [message for _, message in problems if "marked" not in message and "right" not in message]
    assert [each for each in said if "list" not in each] == []
    assert forget_lines(read) == forget_lines(made)


def test_the_small_chapter_is_read_as_the_same() -> None:
    read = read_document(CHAPTER, Problems())
    assert forget_lines(read_document(write(read), Problems())) == forget_lines(read)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=20), max_size=60))
@settings(max_examples=120, deadline=None)
def test_any_text_has_problems_and_no_crash(pieces: list[str]) -> None:
    for glue in ("\n", ""):
        for problem in check(glue.join(pieces), FIGURES, "small/first"):
            assert problem.line >= 1


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_a_chapter_with_a_line_exchanged_has_problems_or_is_one(data: st.DataObject) -> None:
    lines = CHAPTER.split("\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] = data.draw(st.sampled_from(PIECES) | st.text(max_size=30))
    try:
        check("\n".join(lines), FIGURES, "small/first")
    except BadChapter:  # pragma: no cover
        raise AssertionError("the checker tells problems and raises none") from None
