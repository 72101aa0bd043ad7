"""`course.md` is read and written in one way: what was written reads as the same, and what was read is written as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.courses.course_file import RESERVED, CourseFile, Place, in_one_line, read_course_file, write_course_file
from apps.courses.dialect import Problems
from apps.courses.dialect.front_matter import LEVELS

slugs = st.from_regex(r"[a-z0-9]{1,5}(-[a-z0-9]{1,5}){0,2}", fullmatch=True).filter(lambda slug: slug not in RESERVED)
words = st.text(max_size=90).map(in_one_line)
titles = words.filter(bool)


@st.composite
def courses(draw: st.DrawFn) -> CourseFile:
    names = draw(st.lists(slugs, unique=True, max_size=24))
    numbers = sorted(draw(st.lists(st.integers(0, 999), unique=True, min_size=len(names), max_size=len(names))))
    parts = tuple(draw(st.lists(titles, unique=True, max_size=4)))
    left = iter(draw(st.lists(slugs.filter(lambda slug: slug not in names), unique=True, max_size=6)))
    places = []
    for number, slug in zip(numbers, names, strict=True):
        former = tuple(one for one, _ in zip(left, range(draw(st.integers(0, 2))), strict=False))
        places.append(Place(number, slug, draw(titles), draw(st.sampled_from(("", *parts))), former))
    former = tuple(draw(st.lists(slugs, unique=True, max_size=3)))
    level = draw(st.sampled_from(("", *LEVELS)))
    return CourseFile(draw(titles), draw(words), level, former, parts, tuple(places))


@given(courses())
def test_what_is_written_reads_as_the_same(course: CourseFile) -> None:
    problems, text = Problems(), write_course_file(course)
    read = read_course_file(text, problems)
    assert problems == []
    assert read == course
    assert write_course_file(read) == text


@given(
    st.text() | courses().map(write_course_file).flatmap(lambda text: st.permutations(text.split("\n")).map("\n".join))
)
def test_any_text_is_read_or_refused_by_line(text: str) -> None:
    problems = Problems()
    read = read_course_file(text, problems)
    if problems:
        assert all(1 <= problem.line <= text.count("\n") + 1 for problem in problems)
    else:
        again = read_course_file(write_course_file(read), problems)
        assert (problems, again) == ([], read)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("  02 b (was a): B", "“was a” is said of line 6, too: keep one."),
        ("  02 b (was b): B", "“was b” is this chapter's slug now: keep one."),
        ("  02 glossary: B", "“glossary” stands for something else here: choose another address."),
        (f"  02 {'b' * 51}: B", "is longer than 50 characters: shorten it."),
        ("  02 b (was B): B", "announces no chapter: write “02 setting-up: Title”, or “part: Title”."),
    ],
)
def test_a_wrong_line_says_what_to_write(line: str, told: str) -> None:
    problems = Problems()
    read_course_file(f"---\ntitle: T\nlevel: Easy\nsummary: S\nchapters:\n  01 c (was a): C\n{line}\n---\n", problems)
    [level, problem] = sorted(problems)
    assert level.message == "Unknown level “Easy”: write one of Introductory, Intermediate, Advanced."
    assert problem.line == 7
    assert problem.message.endswith(told)
