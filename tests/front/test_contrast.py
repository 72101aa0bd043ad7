"""Colours of text against what they stand on, in both themes: WCAG AA asks for 4.5 to 1."""

import re

import pytest

from .pages import STATIC

TOKEN = re.compile(r"--(?P<name>[\w-]+): light-dark\((?P<light>#[0-9a-f]{6}), (?P<dark>#[0-9a-f]{6})\)")
CODE = ["code-keyword", "code-string", "code-number", "code-name", "code-comment", "code-builtin"]
PAPERS = ["paper", "paper-raised", "paper-sunk"]
PAIRS = [
    *[
        (ink, paper)
        for ink in ("ink", "ink-soft", "ember", "ember-deep", "lake", "good", "bad", "warn")
        for paper in PAPERS
    ],
    *[(code, "paper-sunk") for code in CODE],
    *[("ink", wash) for wash in ("ember-wash", "lake-wash", "good-wash", "bad-wash", "warn-wash")],
    *[("ink-soft", "ember-wash"), ("ember", "ember-wash"), ("lake", "lake-wash")],
    *[("good", "good-wash"), ("bad", "bad-wash"), ("warn", "warn-wash")],
    *[("on-ember", "ember"), ("on-ember", "ember-deep")],
]


def read_tokens() -> dict[str, tuple[str, str]]:
    text = (STATIC / "css" / "tokens.css").read_text()
    return {match["name"]: (match["light"], match["dark"]) for match in TOKEN.finditer(text)}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it, of #rrggbb."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize(("ink", "paper"), PAIRS)
def test_text_is_readable(ink: str, paper: str, theme: int) -> None:
    tokens = read_tokens()
    assert contrast(tokens[ink][theme], tokens[paper][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("paper", PAPERS)
def test_edges_of_controls_are_visible(paper: str, theme: int) -> None:
    tokens = read_tokens()
    assert contrast(tokens["edge"][theme], tokens[paper][theme]) >= 3
