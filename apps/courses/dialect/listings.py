"""Code, coloured once when a chapter is published: classes for the style sheet, one element a line."""

from __future__ import annotations

from html import escape

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import BashLexer, PythonLexer, TextLexer

NAMES = {"python": "Python", "bash": "Shell", "text": "Text", "output": "Output", "": "Text"}
LEXERS = {"python": PythonLexer, "bash": BashLexer}


def colour(code: str, language: str) -> str:
    """`<span class="line">` for each line of code, in a `<pre>` that can be scrolled by keyboard."""
    lexer = LEXERS.get(language, TextLexer)(stripnl=False, ensurenl=True)
    # The formatter closes and opens its spans at line ends, so that lines can be wrapped one by one.
    lines = highlight(code, lexer, HtmlFormatter(nowrap=True)).removesuffix("\n").split("\n")
    wrapped = "\n".join(f'<span class="line">{line}</span>' for line in lines)
    return f'<pre class="code" tabindex="0"><code>{wrapped}</code></pre>'


def show_output(output: str) -> str:
    return f'<div class="output"><span class="label">Output</span><pre>{escape(output.rstrip())}</pre></div>'
