"""Two texts side by side: what changed, in lines and in words."""

from __future__ import annotations

from apps.courses.comparing import Row, compare, compare_files


def words(row: Row) -> tuple[list[str], list[str]]:
    """The words that differ, on either side."""
    sides = (row.before, row.after)
    before, after = ([part.text for part in side.words if part.differs] if side else [] for side in sides)
    return before, after


def test_equal_texts_have_no_rows() -> None:
    assert compare("a\nb\n", "a\nb\n") == []


def test_a_changed_line_marks_its_words_and_shows_a_little_around() -> None:
    before = "".join(f"line {number}\n" for number in range(1, 20))
    rows = compare(before, before.replace("line 10\n", "line ten\n"))
    assert [row.kind for row in rows] == ["fold", "same", "same", "changed", "same", "same", "fold"]
    assert (rows[0].hidden, rows[-1].hidden) == (7, 7)
    assert words(rows[3]) == (["10"], ["ten"])
    assert rows[3].before
    assert rows[3].after
    assert (rows[3].before.number, rows[3].after.number) == (10, 10)


def test_lines_that_come_and_go_have_nothing_beside_them() -> None:
    rows = compare("a\nb\nc\n", "a\nc\nd\n")
    assert [(row.kind, row.before and row.before.number, row.after and row.after.number) for row in rows] == [
        ("same", 1, 1),
        ("removed", 2, None),
        ("same", 3, 2),
        ("added", None, 3),
    ]


def test_a_very_long_line_is_not_searched_for_words() -> None:
    [row] = compare("word " * 2_000, "words " * 2_000)
    assert words(row) == (["word " * 2_000], ["words " * 2_000])


def test_what_happened_to_files_is_said() -> None:
    said = compare_files({"a.svg": "1", "b.svg": "1", "c.svg": "1"}, {"b.svg": "2", "c.svg": "1", "d.png": "3"})
    assert said == ["a.svg is gone.", "b.svg is another.", "d.png is new."]
