"""Code, coloured once when a chapter is published: an element a line, for its number, and one for what has a colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from pygments.lexers import BashLexer, PythonLexer, TextLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType

NAMES = {"python": "Python", "bash": "Shell", "text": "Text", "output": "Output", "": "Text"}
LEXERS = {"python": PythonLexer, "bash": BashLexer}

CLASSES = {
    Keyword.Type: "nb",
    Keyword: "k",
    Operator.Word: "k",
    String.Interpol: "m",
    String: "s",
    Number: "m",
    Name.Function: "nf",
    Name.Class: "nf",
    Name.Decorator: "nf",
    Name.Builtin: "nb",
    Name.Exception: "nb",
    Name.Variable.Magic: "nb",
    Comment: "c",
}
"""What has a colour, the special before the general. All else is plain text: an element around each name, bracket and
comma would double the size of a chapter's listings."""

MOST_OFTEN = "m"
"""Needs no class: the style sheet takes it for granted."""

Piece = tuple[str, str]
"""A class, "" for plain, and text."""


def colour(code: str, language: str) -> str:
    """A `<span>` for each line of code, in a `<pre>` that can be scrolled by keyboard."""
    lexer = LEXERS.get(language, TextLexer)(stripnl=False, ensurenl=True)
    pieces = [(_classify(kind), text) for kind, text in lexer.get_tokens(code)]
    wrapped = "\n".join(f"<span>{''.join(map(_wrap, line))}</span>" for line in _split_lines(pieces))
    return f'<pre class="code" tabindex="0"><code>{wrapped}</code></pre>'


def show_output(output: str) -> str:
    return f'<div class="output"><span class="label">Output</span><pre>{escape(output.rstrip())}</pre></div>'


def _classify(kind: _TokenType) -> str:
    # A kind contains its own: the types of Pygments know it as a tuple only.
    return next((name for general, name in CLASSES.items() if kind in general), "")  # type: ignore[comparison-overlap]


def _split_lines(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """The pieces of each line, neighbours of one class joined; the last line ends with the code."""
    line: list[Piece] = []
    for name, text in pieces:
        first, *others = text.split("\n")
        line.append((name, first))
        for other in others:
            yield _join(line)
            line = [(name, other)]


def _join(line: list[Piece]) -> list[Piece]:
    joined = [(name, "".join(text for _, text in pieces)) for name, pieces in groupby(line, lambda piece: piece[0])]
    return [(name, text) for name, text in joined if text]


def _wrap(piece: Piece) -> str:
    name, text = piece
    shown = escape(text, quote=False)
    if not name:
        return shown
    return f"<b>{shown}</b>" if name == MOST_OFTEN else f'<b class="{name}">{shown}</b>'
