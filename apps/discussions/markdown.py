"""Markdown of posts: what anybody may write, made into HTML that is safe to show to everybody.

Two doors, because one alone has let attacks through: markdown-it-py knows no HTML, and nh3 keeps only the tags listed
here. The cost is bounded by the caller's limit on the body (20 kB take under 0.3 s whatever they hold); link references
are left out because they let a short text grow to megabytes.
"""

from __future__ import annotations

from collections.abc import Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import BashLexer, JsonLexer, PythonConsoleLexer, PythonLexer, PythonTracebackLexer
from pygments.token import STANDARD_TYPES

MAX_HTML = 200_000
HEADING_SHIFT = 3  # the page's own headings come first: a post's `#` is an h4

TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "blockquote", "ul", "ol", "li", "a", "code", "pre", "span"),
    *("h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "pre": {"tabindex"}}
CLASSES = {"span": {name for name in STANDARD_TYPES.values() if name}}
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


class TooMuch(Exception):
    """The text is short, but what it would show is not."""


def render(body: str) -> str:
    """Safe HTML of a post. Raises `TooMuch` when it would be longer than `MAX_HTML` characters."""
    html = _markdown.render(body)
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


class Renderer(RendererHTML):
    """Headings stand below those of the page; code is coloured in the languages that students write here."""

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


def lower_heading(tag: str) -> str:
    return f"h{min(int(tag[1:]) + HEADING_SHIFT, 6)}"


def colour(code: str, language: str) -> str:
    lexer = LEXERS.get(language)
    return highlight(code, lexer(stripnl=False), HtmlFormatter(nowrap=True)) if lexer else escape(code)


def escape(code: str) -> str:
    return code.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_markdown = (
    MarkdownIt("commonmark", {"html": False}, renderer_cls=Renderer)
    .enable(["table", "strikethrough"])
    .disable(["image", "html_block", "html_inline", "reference"])
)
