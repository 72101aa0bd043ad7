"""What a text may refer to, and what becomes of it on the page: numbers are filled in, lines found, claims held to."""

from __future__ import annotations

import pytest

from apps.courses.dialect import ReferenceFacts

from .texts import compile_text, line_of, list_problems, replaced

TERM = '::: term sum-of title="Sum" also="sums, total"\nWhat [adding](#adding) gives: `1 + 1`.\n:::\n\n'


def write(text: str) -> str:
    """The chapter with this in place of its mistakes, and a term."""
    return replaced(("None.\n", f"{TERM}{text}\n"))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("See [](#circles).", 'See <a href="#circles">figure 1</a>.'),
        ("[](#adding) adds. [](#think) asks.", '<a href="#adding">Listing 1</a> adds. <a href="#think">Exercise 1</a>'),
        ("In [](#a-topic) and [](#closer)", 'In <a href="#a-topic">section 3</a> and <a href="#closer">“Closer”</a>'),
        ("[a *sum*](#sum-of)", '<a href="#sum-of">a <em>sum</em></a>'),
        ("[sums](term:sum-of)", '<a href="#sum-of" class="term" data-term="first/sum-of">sums</a>'),
        ("[x](term:second/views)", '<a href="../second/#views" class="term" data-term="second/views">x</a>'),
        ("[x](../second/#views)", '<a href="../second/#views">x</a>'),
        ("[x](lines:first:1-2)", 'href="#first--code" data-lines="1-2" title="lines 1–2"'),
        ("[x](<lines:first:print(loss)>)", 'data-lines="2" title="line 2"'),
        ("[x](<lines:first:loss>)", 'data-lines="1,2"'),
        ("[about 2](out:adding) or [**0.5**](out:first)", "<samp><strong>0.5</strong></samp>"),
    ],
)
def test_a_reference_becomes_what_it_says(written: str, shown: str) -> None:
    assert shown in compile_text(write(written)).html


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("[](#nowhere)", "has the id “nowhere”"),
        ("[](#goals)", "neither a number nor a title"),
        ("[](https://pytorch.org)", "has no words"),
        ("[x](term:circles)", "explains no term “circles”"),
        ("[x](term:Second/views)", "names no chapter"),
        ("[x](../Second/)", "names no chapter"),
        ("[x](lines:circles:1)", "no listing of this chapter"),
        ("[x](lines:first:3)", "No line of “first”"),
        ("[x](lines:first:2-1)", "No line of “first”"),
        ("[x](lines:first:)", "No line of “first”"),
        ("[x](<lines:first:loss.backward()>)", "No line of “first”"),
        ("[3](out:adding)", "“3” is not what “adding” prints"),
        ("[two](out:adding)", "“two” is not what “adding” prints"),
        ("[−2](out:adding)", "“-2” is not what “adding” prints"),
        ("[2](out:circles)", "is no code of this chapter"),
        ("[x](data:text/html,x)", "is not allowed"),
        ("![x](circles.svg)", "Pictures are figures"),
    ],
)
def test_a_reference_that_leads_nowhere_is_named_with_its_line(written: str, sentence: str) -> None:
    text = write(f"One line.\nMore [words\nof](#a-topic) it {written}")
    assert [line for line, message in list_problems(text) if sentence in message] == [
        line_of(text, " it ") for _ in [0]
    ]


@pytest.mark.parametrize("spoiled", ['output="close"', ""])
def test_only_what_is_printed_to_the_letter_backs_a_claim(spoiled: str) -> None:
    text = replaced(("None.\n", "[2](out:adding)\n"), ('output="exact"', spoiled), ("```output\n2\n```\n", ""))
    assert any("does not say exactly what it prints" in message for _, message in list_problems(text))


def test_thousands_and_minus_signs_are_read_as_people_write_them() -> None:
    text = replaced(("None.\n", "[1,302 of −309.5](out:adding)\n"), ("```output\n2\n", "```output\n1302 -309.5\n"))
    assert list_problems(text) == []


def test_what_other_chapters_hold_is_left_to_who_knows_them() -> None:
    text = write("[x](term:second/views) and\n[y](../second/) and [z](../third/#sum)")
    line = line_of(text, "[x](term")
    assert compile_text(text).references == [
        ReferenceFacts(line, "second", "views", "term"),
        ReferenceFacts(line + 1, "second"),
        ReferenceFacts(line + 1, "third", "sum"),
    ]


def test_a_term_is_explained_where_it_stands_and_elsewhere() -> None:
    compiled = compile_text(write("Words."))
    assert compiled.terms == {
        "sum-of": {
            "title": "Sum",
            "also": ["sums", "total"],
            "html": '<p>What <a href="../first/#adding">adding</a> gives: <code>1 + 1</code>.</p>\n',
            "text": "What adding gives: 1 + 1.",
        }
    }
    assert '<aside class="definition" id="sum-of"><p><dfn>Sum</dfn></p>' in compiled.html
    assert ("sum-of", "term") in [(item.key, item.kind) for item in compiled.items]
    [passage] = [passage for passage in compiled.passages if passage.kind == "term"]
    assert (passage.key, passage.title, passage.text) == ("sum-of", "Sum", "What adding gives: 1 + 1.")
