"""What becomes of a text: the page that style sheets and scripts rely on, and the facts that others keep."""

from __future__ import annotations

import datetime
from pathlib import Path

from apps.courses.dialect import compile_chapter

from .texts import CHAPTER, FIGURES, compile_text, replaced

GOLDEN = Path(__file__).parent / "golden.html"


def test_the_small_chapter_becomes_this_page() -> None:
    """To accept a change on purpose: `python -m tests.courses.accept`, then look at the difference."""
    assert compile_text().html == GOLDEN.read_text()


def test_facts_are_gathered() -> None:
    compiled = compile_text()
    assert (compiled.title, compiled.level, compiled.updated) == (
        "A small chapter",
        "Introductory",
        datetime.date(2026, 11, 23),
    )
    assert compiled.outline[2] == {"id": "a-topic", "number": 3, "title": "A topic", "kind": "topic"}
    assert compiled.projects == {
        "first": {
            "title": "First",
            "code": "loss = 0.5\nprint(loss)\n",
            "output": "0.5\n",
            "goal": "loss<1",
            "minutes": 2,
            "device": "cpu",
            "limits": {},
            "checks": [],
            "question": None,
            "mistakes": {},
            "solution": "",
            "starter_passes": False,
            "curves": [],
        }
    }
    assert compiled.listings == {
        "adding": {"title": "Adding", "code": "print(1 + 1)  # two\n", "output": "2\n", "match": "exact"}
    }
    assert (compiled.minutes, compiled.run_minutes) == (1, 2)


def test_items_stand_in_the_order_of_the_text() -> None:
    items = [(item.key, item.kind) for item in compile_text().items]
    assert items[2:6] == [
        ("a-topic", "section"),
        ("circles", "figure"),
        ("adding", "listing"),
        ("mini-project", "section"),
    ]
    assert ("sum", "quiz") in items
    assert len(items) == len(set(items)) == 12 + 8


def test_answers_are_in_the_facts_and_not_in_the_page() -> None:
    compiled = compile_text()
    assert [choice["correct"] for choice in compiled.quizzes["sum"]["choices"]] == [False, True]
    assert not compiled.quizzes["sum"]["multiple"]
    assert compiled.quizzes["primes"]["multiple"]
    assert "Count again" in compiled.quizzes["sum"]["choices"][0]["reason_html"]
    assert "Count again" not in compiled.html


def test_a_question_may_go_on_behind_its_first_sentence() -> None:
    primes = compile_text().quizzes["primes"]
    assert primes["prompt_html"] == "Which are prime?"
    assert '<pre class="code"' in primes["body_html"]


def test_hashes_and_dashes_in_code_are_code() -> None:
    code = "## not a section\n### nor this\n---\n"
    compiled = compile_text(replaced(("print(1 + 1)  # two\n", f"print(1 + 1)\n{code}")))
    assert compiled.listings["adding"]["code"] == f"print(1 + 1)\n{code}"


def test_only_what_has_a_colour_is_an_element_however_many_lines_it_has() -> None:
    compiled = compile_text(replaced(("print(1 + 1)  # two\n", '"""one\n\ntwo"""\nprint(2)\n')))
    listing = compiled.html[compiled.html.index('id="adding"') : compiled.html.index('id="careful"')]
    assert '<code><b class="s">"""one\n\ntwo"""</b>\n<b class="nb">print</b>(<b>2</b>)</code>' in listing


def test_tabs_become_spaces() -> None:
    compiled = compile_text(replaced(("print(1 + 1)  # two\n", "if True:\n\tprint(2)\n")))
    assert compiled.listings["adding"]["code"] == "if True:\n    print(2)\n"


def test_ids_in_a_figure_are_its_own() -> None:
    html = compile_text().html
    assert 'id="circles--tip"' in html
    assert 'marker-end="url(#circles--tip)"' in html


def test_tables_are_aligned_by_classes() -> None:
    html = compile_text(replaced(("None.\n", "| a | b |\n|---|--:|\n| 1 | 2 |\n"))).html
    assert '<td class="align-right">2</td>' in html
    assert "style=" not in html


def test_rendering_the_stored_source_again_gives_the_same() -> None:
    compiled = compile_chapter(CHAPTER.replace("\n", "\r\n"), figures=FIGURES, address="small/first")
    assert compile_text(compiled.source) == compiled == compile_text()
