"""Every mistake is named with its line and with what to write instead."""

from __future__ import annotations

import pytest

from .texts import CHAPTER, line_of, list_problems, replaced

QUIZ = "- [ ] `3`\n  > Count again.\n- [x] `2`\n  > Yes.\n"

MISTAKES = [
    ("level: Introductory", "level: Easy", "level: Easy", "Unknown level “Easy”"),
    ("level: Introductory\n", "", "---", "The front matter has no level"),
    ("updated: 2026-11-23", "updated: yesterday", "updated", "is no date"),
    ("title: A small", "titel: A small", "titel", "the front matter knows title"),
    ("summary: E", "summary: x\nsummary: E", "summary: E", "stands here twice"),
    ("## A topic {#a-topic}", "## A topic", "## A topic", "needs a title and an id"),
    ("## A topic {#a-topic}", "## A topic {#A Topic}", "## A topic", "is no id"),
    ("## A topic {#a-topic}", "## A topic {#lab}", "## A topic", "The page itself uses the id “lab”"),
    ("### Closer {#closer}", "### Closer {#circles}", "### Closer", "The id “circles” is taken by line"),
    ("### Closer {#closer}", "# Closer", "# Closer", "no other headings"),
    (
        "## Introduction {#introduction}",
        "Hello.\n\n## Introduction {#introduction}",
        "Hello.",
        "before the first section",
    ),
    ("::: callout careful", "::: aside careful", "::: aside", "There is no directive “aside”"),
    ("::: callout careful", "::: callout", "::: callout", "has no id"),
    ('kind="warning"', 'kind="loud"', "::: callout", "no callout of kind “loud”"),
    ('kind="warning"', 'kind="warning" size="9"', "::: callout", "“size” means nothing on callout"),
    ('kind="warning"', "", "::: callout", 'needs kind="…"'),
    ('kind="warning"', "kind=warning", "::: callout", "cannot be read"),
    ("wide\n", 'wide="yes"\n', "::: figure", "takes no value"),
    ("- Read.\n:::", "- Read.", "::: objectives", "“::: objectives” is never closed"),
    ("- Read.\n:::", "- Read.\n:::\n\n:::", ":::\n\n## A topic", "closes nothing"),
    ("See [the", '::: callout inner kind="tip"\nSee [the', "::: callout inner", "cannot stand inside another"),
    ("See [the", "### Sub\nSee [the", "### Sub", "cannot stand inside a directive"),
    ("print(1 + 1)  # two\n```", "print(1 + 1)  # two", "```python", "never closed"),
    ("```output\n2\n```", "", "::: listing", "holds no ```output fence"),
    ("```python\nprint(1 + 1)  # two\n```\n", "", "::: listing", "holds no ```python fence"),
    ('output="exact"', 'output="nearly"', "::: listing", "is unknown"),
    ("```python\nprint(1", "Look:\n```python\nprint(1", "Look:", "fences only"),
    ("```python\nloss = 0.5\nprint(loss)\n```\n", "", "::: project", "holds no ```python fence"),
    ('goal="loss < 1"', 'goal="loss is small"', "::: project", "cannot be read"),
    ('goal="loss < 1"', "", "::: project", 'needs goal="…"'),
    ('minutes="2"', 'minutes="600"', "::: project", "whole number from 1 to 60"),
    ("- [x] `2`", "- [ ] `2`", "::: quiz sum", "No choice is right"),
    ("- [ ] 4\n", "- [x] 4\n", "::: quiz primes", "Every choice is right"),
    ("  > Count again.\n", "", "- [ ] `3`", "needs its reason"),
    ("- [ ] `3`\n  > Count again.\n", "", "::: quiz sum", "two choices or more"),
    ("What is 1 + 1?\n", "", "::: quiz sum", "asks nothing"),
    ("- [ ] `3`", "- [] `3`", "- [] `3`", "Leave a space between the brackets"),
    ("  > Count again.", "> Count again.\nand again", "and again", "belongs to no choice"),
    ("Why?\n---\n", "Why?\n", "::: exercise", "there are two parts"),
    ("Is it hard?\n---\nNo.", "---\nNo.", "::: faq", "there are two parts"),
    ('src="circles.svg"', 'src="rings.svg"', "::: figure", "no file rings.svg"),
    ('src="circles.svg"', 'src="../../etc/passwd"', "::: figure", "no file beside the chapter"),
    ("Two circles.\n:::", ":::", "::: figure", "is empty"),
    ("(https://pytorch.org)", "(javascript:alert(1))", "Words with", "not allowed"),
    ("(https://pytorch.org)", "(//evil.example)", "Words with", "not allowed"),
    ("(#a-topic)", "(#nowhere)", "See [", "has the id “nowhere”"),
    ("Words with", "![a cat](https://example.org/cat.png) with", "![a cat]", "Pictures are figures"),
    ("None.\n", "```cobol\nx\n```\n", "```cobol", "language “cobol” is unknown"),
    ("None.\n", "", "## Common mistakes", "is empty"),
    ("## Summary {#summary}\n\nDone.\n\n", "", "## Next chapter", "“summary” is missing"),
    ("::: exercise think", '::: callout think kind="tip"', "## Exercises", "holds no “::: exercise”"),
    ("::: next second", "::: next Second!", "::: next", "is no id"),
]


@pytest.mark.parametrize(("old", "new", "at", "sentence"), MISTAKES)
def test_a_mistake_is_named_with_its_line(old: str, new: str, at: str, sentence: str) -> None:
    text = replaced((old, new))
    found = list_problems(text)
    assert any(line == line_of(text, at) and sentence in message for line, message in found), found


def test_the_chapter_they_spoil_has_none() -> None:
    assert list_problems(CHAPTER) == []


def test_all_mistakes_are_named_at_once_in_the_order_of_the_text() -> None:
    text = replaced(("level: Introductory", "level: Easy"), ("::: quiz sum", "::: quizz sum"), ("(#a-topic)", "(#x)"))
    lines = [line for line, _ in list_problems(text)]
    assert lines == sorted(lines)
    assert {line_of(text, fragment) for fragment in ("level:", "See [", "::: quizz")} <= set(lines)


def test_an_unclosed_fence_spoils_nothing_behind_it() -> None:
    text = replaced(("print(1 + 1)  # two\n```\n```output\n2\n```\n:::", "print(1 + 1)  # two\n:::"))
    lines = {line for line, _ in list_problems(text)}
    assert lines == {line_of(text, "::: listing adding"), line_of(text, "```python")}


def test_sections_in_the_wrong_order_are_named() -> None:
    text = replaced(("## Summary {#summary}\n\nDone.\n\n", ""), ("## FAQ", "## Summary {#summary}\n\nDone.\n\n## FAQ"))
    assert (line_of(text, "## FAQ"), "“faq” stands too late: move it before “summary”.") in list_problems(text)


def test_a_topic_behind_the_mini_project_is_named() -> None:
    text = replaced(("## Common mistakes", "## Late {#late}\n\nToo late.\n\n## Common mistakes"))
    assert any(line == line_of(text, "## Late") and "Topics" in message for line, message in list_problems(text))


def test_a_missing_section_is_named_where_it_belongs() -> None:
    text = replaced((CHAPTER[CHAPTER.index("## Quiz") : CHAPTER.index("## Interview")], ""))
    sentence = "The section “quiz” is missing: write ## Title {#quiz} after “exercises”."
    assert list_problems(text) == [(line_of(text, "## Interview"), sentence)]


@pytest.mark.parametrize("text", ["", "\n", "---\n", "---\n---\n", "no front matter", ":::", "```", "## \n## {#}\n"])
def test_fragments_have_problems_and_no_crash(text: str) -> None:
    assert list_problems(text)


def test_lines_are_those_of_the_file_whatever_its_line_ends() -> None:
    text = replaced(("(#a-topic)", "(#nowhere)"))
    for variant in (text.replace("\n", "\r\n"), text.replace("\n", "\r"), "\ufeff" + text):
        assert list_problems(variant) == list_problems(text) != []


def test_what_is_no_text_is_refused_with_its_line() -> None:
    for char in ("\0", "\x1b", "\ud800"):
        text = replaced(("Done.", f"Done{char}."))
        assert [line for line, _ in list_problems(text)] == [line_of(text, "Done")]
