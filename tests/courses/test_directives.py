"""Directives beyond those of the small chapter: pictures, tabs, hints, evidence."""

from __future__ import annotations

import json

import pytest

from apps.courses.dialect import PictureFacts, check, read_picture, vocabulary, write_picture
from apps.courses.dialect.shapes import SHAPES

from .texts import CHAPTER, FIGURES, compile_text, line_of, list_problems, replaced

PICTURE = PictureFacts("a1" * 32, 640, 480, "image/jpeg")
FILES = {**FIGURES, "cat.jpg": write_picture(PICTURE), "dog.png": "picture:tampered"}
TABS = "::: tabs ways\n--- pip\nRun `pip`.\n--- conda & co\nRun conda.\n:::\n"
EVIDENCE = '::: evidence shown title="Counting"\n```python\nprint(3)\n```\n```output\n3\n```\n:::\n'


def test_a_picture_is_an_image_of_its_size() -> None:
    text = replaced(('src="circles.svg" wide', 'src="cat.jpg" alt="A &quot;cat\' <b>"'))
    html = compile_text(text, FILES).html
    assert f'<img src="/pictures/{"a1" * 32}.jpg" width="640" height="480" loading="lazy" decoding="async" ' in html
    assert 'alt="A &amp;quot;cat&#x27; &lt;b&gt;"' in html
    assert read_picture(write_picture(PICTURE)) == PICTURE


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ('src="cat.jpg"', 'write alt="…"'),
        ('src="circles.svg" alt="Circles"', "<title>, and delete alt"),
        ('src="dog.png" alt="A dog"', "no picture that can be shown"),
        ('src="cow.png" alt="A cow"', "no file cow.png"),
        ('src="cat.bmp" alt="A cat"', "no file beside the chapter"),
    ],
)
def test_a_picture_that_cannot_be_shown_is_named(written: str, sentence: str) -> None:
    text = replaced(('src="circles.svg" wide', written))
    assert [line for line, message in list_problems(text, FILES) if sentence in message] == [line_of(text, "::: fig")]


@pytest.mark.parametrize(
    "written", ["", "picture:", f"picture:{'a' * 64}:0x1:image/png", f"picture:{'a' * 64}:1x1:image/svg+xml"]
)
def test_what_is_no_picture_is_not_read_as_one(written: str) -> None:
    assert read_picture(written) is None


def test_tabs_are_panels_under_headings() -> None:
    html = compile_text(replaced(("None.\n", TABS))).html
    assert '<kindling-tabs class="tabs" id="ways"><section><h3>pip</h3>\n<p>Run <code>pip</code>.</p>' in html
    assert "<section><h3>conda &amp; co</h3>\n<p>Run conda.</p>\n</section></kindling-tabs>" in html


def test_evidence_is_a_listing_that_is_folded() -> None:
    compiled = compile_text(replaced(("None.\n", f"{EVIDENCE}\nThere are [3](out:shown), by [](#shown).\n")))
    assert compiled.listings["shown"] == {"title": "Counting", "code": "print(3)\n", "output": "3\n", "match": "exact"}
    assert (
        '<details class="evidence" id="shown"><summary><span>How we measured this: Counting</span></summary>'
        in compiled.html
    )
    assert '<a href="#shown">listing 2</a>' in compiled.html
    mistakes = next(passage for passage in compiled.passages if passage.key == "common-mistakes")
    assert "print(3)" not in mistakes.text


def test_hints_are_a_ladder_before_the_solution() -> None:
    text = replaced(
        ("Why?\n---\n", "Why?\n--- hint\nLook.\n--- hint\nLook closer.\n---\n"), ("After.", "After.\n--- hint\nTry.")
    )
    html = compile_text(text).html
    assert [html.count(f"<summary>{name}</summary>") for name in ("Hint 1", "Hint 2", "Hint", "Solution")] == [1] * 4
    assert html.index("Look.") < html.index("Look closer.") < html.index("Because.")


def test_a_starter_may_pass_where_the_author_says_so() -> None:
    assert compile_text(replaced(('minutes="2"', 'minutes="2" starter="passes"'))).projects["first"]["starter_passes"]


@pytest.mark.parametrize(
    ("old", "new", "at", "sentence"),
    [
        ("Why?\n---\n", "Why?\n--- hind\nLook.\n---\n", "--- hind", "means nothing here"),
        ("Why?\n---\n", "Why?\n--- hint\n---\n", "--- hint", "hint is empty"),
        ("Because.", "Because.\n--- hint\nLook.", "--- hint", "between the task"),
        ("Is it hard?\n", "Is it hard?\n--- hint\nLook.\n", "--- hint", "between the task"),
        ("After.", "After.\n---\nMore.", "---\nMore", "one part"),
        ('minutes="2"', 'minutes="2" starter="maybe"', "::: project", "is unknown"),
        ("None.\n", TABS.replace("--- conda & co\nRun conda.\n", ""), "::: tabs", "Tabs are 2 to"),
        ("None.\n", TABS.replace("conda & co", "pip"), "--- pip\nRun conda", "title of its own"),
        ("None.\n", TABS.replace("Run conda.\n", ""), "--- conda", "tab is empty"),
        ("None.\n", TABS.replace("ways\n", "ways\nHm.\n"), "Hm.", "stands in no tab"),
        ("None.\n", EVIDENCE.replace("```output\n3\n```\n", ""), "::: evidence", "holds no ```output"),
        ("None.\n", '::: term sums title="Sum"\n:::\n', "::: term", "is empty"),
        ("None.\n", f'::: term sums title="Sum" also="{"x" * 61}"\nx\n:::\n', "::: term", "shorten it"),
    ],
)
def test_a_mistake_is_named_with_its_line(old: str, new: str, at: str, sentence: str) -> None:
    text = replaced((old, new))
    assert any(line == line_of(text, at) and sentence in message for line, message in list_problems(text)), (
        list_problems(text)
    )


def test_the_checker_names_what_the_compiler_refuses_and_what_could_be_better() -> None:
    problems = check(replaced(("(#a-topic)", "(#x)")), FIGURES, "small/first")
    assert [(problem.line, problem.severity, problem.column) for problem in problems] == [
        (line_of(CHAPTER, "See ["), "error", len("See [the topic](#") + 1)
    ]
    text = replaced(("## A topic {#a-topic}", "## A topic {#lab}"), ("level: Introductory\n", ""))
    assert [(problem.column, problem.length) for problem in check(text, FIGURES, "small/first")][:2] == [
        (0, 0),  # nothing stands there
        (len("## A topic {#") + 1, len("lab")),
    ]
    text = replaced(("None.\n", f"Click [here](#a-topic).\n\n{'very ' * 46}long.\n"))
    warned = check(text, FIGURES, "small/first")
    assert {problem.severity for problem in warned} == {"warning"}
    assert [problem.line for problem in warned] == [
        line_of(text, "::: project"),
        line_of(text, "Click"),
        line_of(text, "very very"),
    ]


def test_the_vocabulary_is_the_whole_dialect_as_json() -> None:
    words = vocabulary()
    assert json.loads(json.dumps(words)) == words
    assert [directive["name"] for directive in words["directives"]] == list(SHAPES)
    [figure] = [each for each in words["directives"] if each["name"] == "figure"]
    assert figure["attributes"][0] == {"name": "src", "required": True, "values": []}
    assert figure["flags"] == ["wide"]


@pytest.mark.parametrize("name", SHAPES)
def test_every_example_is_an_example_of_what_can_be_published(name: str) -> None:
    [words] = [each for each in vocabulary()["directives"] if each["name"] == name]
    taken = ("objectives goals", "objectives aims"), ("figure circles src", "figure rings src")
    text = replaced(*taken, ("None.\n", f"{words['example']}\n"))
    assert "${" not in words["example"]
    assert list_problems(text) == []
