"""Code, coloured once when a chapter is published: an element for what has a colour, and none else."""

from __future__ import annotations

from html import escape
from itertools import groupby
from operator import itemgetter

from pygments.lexers import BashLexer, PythonLexer, TextLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType

LANGUAGES = ("python", "bash", "text", "output", "")
"""Those that a fence may name."""
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

ELEMENTS = {"m": "b", "c": "i"}
"""Those that have an element to themselves, and need no class."""


def colour(code: str, language: str) -> str:
    """Code in a `<pre>` that can be scrolled by keyboard; the style sheet numbers its lines."""
    lexer = LEXERS.get(language, TextLexer)(stripnl=False, ensurenl=True)
    pieces = [(_classify(kind), text) for kind, text in lexer.get_tokens(code)]
    joined = [(name, "".join(text for _, text in same)) for name, same in groupby(pieces, itemgetter(0))]
    coloured = "".join(_wrap(name, text) for name, text in joined).removesuffix("\n")
    return f'<pre class="code" tabindex="0"><code>{coloured}</code></pre>'


def show_output(output: str) -> str:
    return f'<pre class="output">{escape(output.rstrip(), quote=False)}</pre>'


def _classify(kind: _TokenType) -> str:
    # A kind contains its own: the types of Pygments know it as a tuple only.
    return next((name for general, name in CLASSES.items() if kind in general), "")  # type: ignore[comparison-overlap]


def _wrap(name: str, text: str) -> str:
    shown = escape(text, quote=False)
    if not name:
        return shown
    element = ELEMENTS.get(name)
    return f"<{element}>{shown}</{element}>" if element else f'<b class="{name}">{shown}</b>'
