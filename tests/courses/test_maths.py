"""Formulas are typeset when a chapter is published: MathML in the page, and no script."""

from __future__ import annotations

import pytest

from apps.courses.dialect import maths
from apps.courses.dialect.markdown import MOST_FORMULAS
from apps.courses.dialect.maths import BadFormula, typeset

from .texts import compile_text, line_of, list_problems, replaced


def test_a_formula_in_a_line_and_one_of_its_own() -> None:
    text = replaced(("None.\n", "The slope $2x$ costs 5$ or \\$6.\n\n$$\n\\frac{1}{n}\n$$\n"))
    html = compile_text(text).html
    assert "<math><mrow><mn>2</mn><mi>x</mi></mrow></math> costs 5$ or $6." in html
    assert '<math display="block"><mrow><mfrac><mn>1</mn><mi>n</mi></mfrac></mrow></math>' in html
    [mistakes] = [passage for passage in compile_text(text).passages if passage.key == "common-mistakes"]
    assert mistakes.text == "The slope 2x costs 5$ or $6. \\frac{1}{n}"


def test_formulas_may_stand_in_titles_questions_and_choices() -> None:
    text = replaced(("### Closer", "### Closer to $x_1$"), ("- [ ] `3`", "- [ ] $3^1$"))
    assert '<h3 id="closer"><a href="#closer">Closer to <math>' in compile_text(text).html
    assert "<msup>" in compile_text(text).html


def test_styles_of_letters_are_letters_and_columns_have_sides() -> None:
    assert "<mi>ℝ</mi><mi>ℒ</mi><mi>𝐰</mi><mi>𝜶</mi>" in typeset(
        r"\mathbb{R}\mathcal{L}\mathbf{w}\boldsymbol{\alpha}", display=False
    )
    assert '<mtd class="align-right">' in typeset(r"\begin{aligned}a&=b\end{aligned}", display=True)


@pytest.mark.parametrize(
    ("tex", "sentence"),
    [
        (r"\frac{1", "KaTeX says"),
        (r"\def\a{\a\a}\a", "Too many expansions"),
        (r"\href{javascript:alert(1)}{x}", "a command that is not allowed"),
        (r"\includegraphics{x.png}", "a command that is not allowed"),
        (r"\htmlStyle{color:red}{x}", "KaTeX says"),
        (r"\color{red}x", "colours are the page’s"),
        (r"\rule{1em}{1em}", "colours are the page’s"),
        (r"\boxed{x}", "browsers cannot show"),
        ("{" * 900 + "}" * 900, "stack"),
        (r"\left(" * 70 + r"\right)" * 70, "too deep"),
        ("x" * 2001, "divide it"),
        (r"\text{𝐀" + "\\" * 3, "KaTeX says"),
    ],
)
def test_a_formula_that_cannot_be_shown_is_named(tex: str, sentence: str) -> None:
    with pytest.raises(BadFormula, match=sentence):
        typeset(tex, display=False)


def test_a_wrong_formula_is_named_with_its_line() -> None:
    text = replaced(("None.\n", "Right: $x$.\nWrong: $\\frac{1$ here.\n"))
    [(line, message)] = list_problems(text)
    assert (line, message[:40]) == (line_of(text, "Wrong:"), "The formula “\\frac{1” cannot be shown. KaTeX"[:40])


def test_a_chapter_holds_so_many_formulas_and_no_more() -> None:
    line = "".join(f"${number}$ x " for number in range(MOST_FORMULAS + 50)) + "\n"
    assert [message for _, message in list_problems(replaced(("None.\n", line)))] == [
        f"There are over {MOST_FORMULAS} formulas: divide the chapter."
    ]


def test_sizes_are_bounded() -> None:
    assert 'width="20em"' in typeset(r"\kern{9999em}", display=False)


def test_what_takes_too_much_is_given_up_and_the_next_formula_is_typeset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maths, "MEMORY_BYTES", 1 << 20)
    maths._start_engine.cache_clear()
    with pytest.raises(BadFormula, match="too much time or memory"):
        typeset(r"\sqrt{" * 20 + "x" + "}" * 20, display=False)
    monkeypatch.undo()
    assert typeset("y^{9}", display=False)
