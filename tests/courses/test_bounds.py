"""However a text is made, it is checked in little time: not more than a hundred times what as much prose takes."""

from __future__ import annotations

import time

import pytest

from apps.courses.dialect import check

from .texts import FIGURES, replaced

SIZE = 9_900
PASSAGES = 2
SHORTEST = 0.05
"""Seconds: below, a machine that is busy says nothing."""
PIECES = [
    "[", "![", "$", "$a ", "`", "*a ", "_a", "> ", "- ", "<", "|", "([", "[](#a", '"a ', "**a", "\\", "&amp;", "[a](<b", "$$", "![](",
    "~~a", "'", "[a][", "[a](term:x) ", "[1](out:first) ", "[a](lines:first:1) ", "a\\\n", "|a|b|\n|-|-|\n", "{#a}", "$\\def\\a#1{#1#1}\\a{\\a{x}}$ ",
    "$\\begin{matrix}a&b\\end{matrix}$ ", "$x^{a}$ ",
]  # fmt: skip


def write(passage: str) -> str:
    """A chapter with so many of these passages."""
    return replaced(("None.\n", "\n\n### x\n\n".join([passage] * PASSAGES) + "\n"))


def measure(text: str) -> float:
    """Seconds of this process's processor."""
    begun = time.process_time()
    check(text, FIGURES, "small/first")
    return time.process_time() - begun


@pytest.fixture(scope="module")
def prose() -> float:
    plain = ("Plain words, and more of them. " * SIZE)[:SIZE]
    measure(write("Warm up."))
    return max(SHORTEST, measure(write(plain)))


@pytest.mark.parametrize("piece", PIECES)
def test_no_passage_takes_long(piece: str, prose: float) -> None:
    assert measure(write((piece * SIZE)[:SIZE])) < 100 * prose


@pytest.mark.parametrize(
    "fence",
    [
        '[[curve]]\ny = "' + "(" * 250 + '"',
        '[[curve]]\ny = "' + "-" * 299 + '1"',
        '[[curve]]\ny = "' + "x^" * 149 + 'x"',
        '[[curve]]\ny = "' + "x+" * 149 + 'x"',
        "[[curve]]\n" * 5000,
        '[[path]]\nstart = { w = "1" }\nnext = { w = "w*2" }\nsteps = 200000\nx = "w"\ny = "w"',
        "a" + ".a" * 3000 + " = 1",
        "a = " + "[" * 3000,
    ],
)
def test_no_figure_takes_long(fence: str, prose: float) -> None:
    around = (
        'x = { says = "x", from = 0, to = 1 }\ny = { says = "y", from = 0, to = 1 }\n'
        '[[vary]]\nname = "rate"\nsays = "Rate"\nmin = 0\nmax = 1\nstep = 0.1\nstart = 0\n'
    )
    text = replaced(("None.\n", f'::: slider s title="S"\n```plot\n{around}{fence}\n```\nIt moves.\n:::\n'))
    assert measure(text) < 100 * prose
