"""The solution of a project as an author writes it: stored, and never in the page."""

from __future__ import annotations

import pytest

from apps.courses.dialect.compiling import Compiled, compile_chapter
from apps.courses.dialect.problems import BadChapter
from tests.courses.texts import CHAPTER, FIGURES


def compile_with(*fences: str) -> Compiled:
    at = CHAPTER.index("```output", CHAPTER.index("::: project"))
    written = "".join(f"```solution\n{code}```\n" for code in fences)
    return compile_chapter(f"{CHAPTER[:at]}{written}{CHAPTER[at:]}", figures=FIGURES, address="torch/first")


def test_a_solution_is_stored_and_not_shown() -> None:
    compiled = compile_with("print('the solution of it')\n")
    [facts] = compiled.projects.values()
    assert facts["solution"] == "print('the solution of it')\n"
    assert "the solution of it" not in compiled.html


def test_a_project_needs_none() -> None:
    [facts] = compile_chapter(CHAPTER, figures=FIGURES, address="torch/first").projects.values()
    assert facts["solution"] == ""


@pytest.mark.parametrize(
    ("fences", "said"),
    [
        (("x = 1\n", "x = 2\n"), "There is a second ```solution fence"),
        (("\n",), "This code fence is empty"),
        (("x = 1\nfor\n",), "The solution is not Python here"),
    ],
)
def test_what_cannot_be_one_is_named(fences: tuple[str, ...], said: str) -> None:
    with pytest.raises(BadChapter) as raised:
        compile_with(*fences)
    assert said in str(raised.value)
