"""Markdown of posts: what anybody may write, made into HTML that is safe to show to everybody.

Two doors, because one alone has let attacks through: markdown-it-py knows no HTML, and nh3 keeps only the tags listed
here. The cost is bounded by the caller's limit on the body (20 kB take under 0.3 s whatever they hold), and that of
formulas by limits of their own; link references are left out because they let a short text grow to megabytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from time import perf_counter
from types import MappingProxyType

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import BashLexer, JsonLexer, PythonConsoleLexer, PythonLexer, PythonTracebackLexer
from pygments.token import STANDARD_TYPES

from apps.courses.dialect import maths

from . import calls

MAX_HTML = 200_000
HEADING_SHIFT = 3  # the page's own headings come first: a post's `#` is an h4

TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "blockquote", "ul", "ol", "li", "a", "code", "pre", "span"),
    *("h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
    *maths.ELEMENTS,
}
ATTRIBUTES = {
    **{element: set(maths.ATTRIBUTES) for element in maths.ELEMENTS},
    "a": {"href", "title"},
    "ol": {"start"},
    "pre": {"tabindex"},
    "mi": {*maths.ATTRIBUTES, "mathvariant"},
}
CLASSES = {
    "span": {name for name in STANDARD_TYPES.values() if name},
    "mtd": {f"align-{side}" for side in maths.SIDES},
}
SCHEMES = {"http", "https", "mailto"}
LEXERS = {
    "python": PythonLexer,
    "py": PythonLexer,
    "pycon": PythonConsoleLexer,
    "traceback": PythonTracebackLexer,
    "bash": BashLexer,
    "sh": BashLexer,
    "console": BashLexer,
    "json": JsonLexer,
}


MATHS = ("math_inline", "math_inline_double", "math_block")
MOST_FORMULAS = 100
LONGEST_FORMULA = 1_000
FORMULAS_S = 2.0
"""Of one post; what is beyond stands there as it was written. A full post of formulas takes some tenths of a second."""
DEFINING = re.compile(r"\\([egx]?def|let|futurelet|(re)?newcommand|providecommand)(?![a-zA-Z])")
"""What lets a short formula grow to one that takes seconds: nobody needs it in a post."""
NOBODY: Mapping[str, str] = MappingProxyType({})


class TooMuch(Exception):
    """The text is short, but what it would show is not."""


def parse(body: str) -> list[Token]:
    return _markdown.parse(body)


def render(body: str, addresses: Mapping[str, str] = NOBODY) -> str:
    """Safe HTML of a post. Raises `TooMuch` when it would be longer than `MAX_HTML` characters.

    `addresses` are those of the people whom the post names, by the folded words that it does it with: see `mentions`.
    """
    tokens = parse(body)
    calls.link(tokens, addresses)
    typeset(tokens)
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    if len(html) > MAX_HTML:
        raise TooMuch
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        url_schemes=SCHEMES,
        link_rel="nofollow ugc noopener",
    )


def typeset(tokens: Sequence[Token]) -> None:
    """Puts the formulas of a text as MathML into `meta` of their tokens, until they become too many or take too long."""
    formulas = [each for token in tokens for each in (token, *(token.children or ())) if each.type in MATHS]
    begin = perf_counter()
    for formula in formulas[:MOST_FORMULAS]:
        if perf_counter() - begin > FORMULAS_S:
            return
        formula.meta["mathml"] = write_formula(formula.content.strip(), formula.type != MATHS[0])


@lru_cache(maxsize=2048)
def write_formula(tex: str, display: bool) -> str:
    """MathML, or "" for what cannot be shown: that, too, is remembered, for it can have taken the longest."""
    if len(tex) > LONGEST_FORMULA or DEFINING.search(tex):
        return ""
    try:
        return maths.typeset(tex, display=display)
    except maths.BadFormula:
        return ""


class Renderer(RendererHTML):
    """Headings stand below those of the page; code is coloured in the languages that students write here; a formula that
    cannot be shown is shown as it was written.
    """

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: object) -> str:
        return f"<{lower_heading(tokens[idx].tag)}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: object) -> str:
        return f"</{lower_heading(tokens[idx].tag)}>\n"

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: object) -> str:
        token = tokens[idx]
        language = token.info.strip().split(maxsplit=1)[0].lower() if token.info.strip() else ""
        return f'<pre tabindex="0"><code>{colour(token.content, language)}</code></pre>\n'

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: object) -> str:
        return f'<pre tabindex="0"><code>{escape(tokens[idx].content)}</code></pre>\n'

    def math_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: object) -> str:
        token = tokens[idx]
        written = f"{token.markup}{token.content}{token.markup}"
        return str(token.meta.get("mathml") or f"<code>{escape(written)}</code>")

    def math_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: object) -> str:
        written = escape(f"$${tokens[idx].content}$$")
        return str(tokens[idx].meta.get("mathml") or f'<pre tabindex="0"><code>{written}</code></pre>') + "\n"

    math_inline_double = math_inline


def lower_heading(tag: str) -> str:
    return f"h{min(int(tag[1:]) + HEADING_SHIFT, 6)}"


def colour(code: str, language: str) -> str:
    lexer = LEXERS.get(language)
    return highlight(code, lexer(stripnl=False), HtmlFormatter(nowrap=True)) if lexer else escape(code)


def escape(code: str) -> str:
    return code.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _build() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=Renderer)
    parser.use(dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True)
    for kind in MATHS:  # the plugin has put rules of its own in their place
        parser.add_render_rule(kind, getattr(Renderer, kind))
    parser.enable(["table", "strikethrough"])
    return parser.disable(["image", "html_block", "html_inline", "reference"])


_markdown = _build()
