"""What differs between two texts: every line once, with the number it has on either side; what is far from a change is folded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.runs.differences import CONTEXT, MOST_LINES, Row, TooLong, compare, count_changes

LINES = st.lists(st.sampled_from(["a", "b", "", "    x = 1"]), max_size=30)


def number(count: int, changed: int | None = None) -> str:
    return "\n".join("changed" if line == changed else f"line {line}" for line in range(1, count + 1))


def test_the_same_text_differs_in_nothing() -> None:
    assert compare("a\nb", "a\nb\n") == []


def test_a_changed_line_stands_there_as_it_was_and_as_it_is() -> None:
    assert compare("a\nb\nc", "a\nB\nc") == [
        Row("same", 1, 1, "a"),
        Row("removed", 2, None, "b"),
        Row("added", None, 2, "B"),
        Row("same", 3, 3, "c"),
    ]


def test_what_is_far_from_a_change_is_folded() -> None:
    rows = compare(number(40), number(40, changed=20))
    assert [row.text for row in rows if row.kind == "fold"] == ["16 lines are the same", "17 lines are the same"]
    assert sum(row.kind == "same" for row in rows) == 2 * CONTEXT


def test_between_two_changes_one_fold_stands() -> None:
    before, after = number(40).split("\n"), number(40).split("\n")
    after[4], after[34] = "one", "two"
    rows = compare("\n".join(before), "\n".join(after))
    assert next(row.text for row in rows if row.kind == "fold") == f"{29 - 2 * CONTEXT} lines are the same"


@pytest.mark.parametrize(("before", "after"), [("", "a"), ("a", ""), ("a\nb", "b\na"), ("a", "b")])
def test_counts_are_of_lines(before: str, after: str) -> None:
    added, removed = count_changes(compare(before, after))
    assert added - removed == len(after.splitlines()) - len(before.splitlines())


@given(LINES, LINES)
def test_both_texts_can_be_read_off(before: list[str], after: list[str]) -> None:
    rows = compare("\n".join([*before, "end"]), "\n".join([*after, "end"]))
    if not any(row.kind == "fold" for row in rows) and rows:
        assert [row.text for row in rows if row.before] == [*before, "end"]
        assert [row.text for row in rows if row.after] == [*after, "end"]
    for row in rows:
        assert row.before is None or [*before, "end"][row.before - 1] == row.text
        assert row.after is None or [*after, "end"][row.after - 1] == row.text


def test_so_much_that_it_would_take_long_is_not_compared() -> None:
    with pytest.raises(TooLong):
        compare("a\n" * (MOST_LINES + 1), "b\n" * (MOST_LINES + 1))


def test_long_texts_that_differ_in_little_are() -> None:
    assert count_changes(compare(number(50_000), number(50_000, changed=25_000))) == (1, 1)
