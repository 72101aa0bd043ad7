"""Markdown to HTML that is safe to show: CommonMark without HTML, then an allow-list that nothing else passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.dollarmath import dollarmath_plugin

from . import maths
from .listings import LANGUAGES, colour
from .maths import BadFormula, Exhausted, typeset
from .nodes import Passage
from .problems import Problems
from .references import BREAKS, SCHEMES, References

PASSAGE_BYTES = 10_000  # brackets take time by the square of their number
TAG_NAMES = "p br em strong b i s code samp pre a ul ol li blockquote hr table thead tbody tr th td"
ATTRIBUTES = {
    "a": {"href", "title", "class", "data-lines", "data-term"},
    "b": {"class"},
    "ol": {"start"},
    "pre": {"class", "tabindex"},
    "mi": {"mathvariant"},
    "*": set(maths.ATTRIBUTES),
}
ALIGNED = {"class": {"align-left", "align-right", "align-center"}}
MOST_BRACKETS = 1000  # a passage of nothing else takes a fifth of a second
MATHS = ("math_inline", "math_inline_double", "math_block")
MOST_FORMULAS = 400
"""Of a chapter, and so of the work that KaTeX is given."""
WORDS = ("text", "code_inline", *MATHS)


class Markdown:
    """Renders the passages of one chapter. What is wrong goes to `problems`, with the line in the chapter's file.

    `references` resolve its links.
    """

    def __init__(self, references: References, problems: Problems) -> None:
        self.references = references
        self.problems = problems
        self.formulas = 0

    def blocks(self, passage: Passage) -> SafeString:
        """Paragraphs, lists, tables and fences."""
        return _clean(_render(self.parse(passage)))

    def inline(self, passage: Passage) -> SafeString:
        """One line of text without a paragraph around it."""
        if self.too_long(passage):
            return SafeString()
        tokens = PARSER.parseInline(passage.text)
        self.check(tokens, passage.line)
        return _clean(_render(tokens))

    def lead(self, passage: Passage) -> tuple[SafeString, SafeString, str]:
        """The first paragraph as inline HTML, the HTML of what follows it, and the first paragraph as plain text."""
        tokens = self.parse(passage)
        if not tokens or tokens[0].type != "paragraph_open":
            self.problems.add(passage.line, "Begin with a sentence: this starts with something else.")
            return SafeString(), SafeString(), ""
        return _clean(_render(tokens[1:2])), _clean(_render(tokens[3:])), plain(tokens[1:2])

    def parse(self, passage: Passage) -> list[Token]:
        if self.too_long(passage):
            return []
        tokens = PARSER.parse(passage.text)
        self.check(tokens, passage.line)
        return tokens

    def too_long(self, passage: Passage) -> bool:
        """Whether it would take more time than any passage needs; that is a problem then."""
        if len(passage.text.encode()) > PASSAGE_BYTES:
            wrong = f"is over {PASSAGE_BYTES // 1000} kB"
        elif passage.text.count("[") > MOST_BRACKETS:
            wrong = f"holds over {MOST_BRACKETS} opening brackets"
        else:
            return False
        self.problems.add(passage.line, f"This passage {wrong}: divide it by headings.")
        return True

    def check(self, tokens: Sequence[Token], first_line: int) -> None:
        for token in tokens:
            line = first_line + (token.map[0] if token.map else 0)
            if token.type == "fence" and token.info.strip() not in LANGUAGES:
                known = ", ".join(filter(None, LANGUAGES))
                self.problems.add(line, f"The language “{token.info.strip()[:40]}” is unknown: write one of {known}.")
            if token.type in MATHS:
                self.typeset(token, line)
            if token.children:
                self.check_maths(token.children, line)
                token.children = self.references.resolve(token.children, line)

    def check_maths(self, children: Sequence[Token], line: int) -> None:
        for child in children:
            if child.type in MATHS:
                self.typeset(child, line)
            line += child.type in BREAKS

    def typeset(self, token: Token, line: int) -> None:
        """Puts the formula as MathML into `meta` of its token."""
        self.formulas += 1
        if self.formulas == MOST_FORMULAS + 1:
            self.problems.add(line, f"There are over {MOST_FORMULAS} formulas: divide the chapter.")
        if self.formulas > MOST_FORMULAS:
            return
        try:
            token.meta["mathml"] = typeset(token.content.strip(), display=token.type != MATHS[0])
        except BadFormula as bad:
            self.formulas += MOST_FORMULAS * isinstance(bad, Exhausted)
            self.problems.add(line, f"The formula “{token.content.strip()[:40]}” cannot be shown. {bad}")


def plain(tokens: Iterable[Token]) -> str:
    """The text of inline tokens without any markup."""
    children = (child for token in tokens for child in token.children or ())
    texts = (" " if child.type in BREAKS else child.content if child.type in WORDS else "" for child in children)
    return " ".join("".join(texts).split())


def plain_text(text: str) -> str:
    """One line of Markdown as plain text."""
    return plain(PARSER.parseInline(text[:1000]))


def plain_passage(passage: Passage) -> str:
    """The words of a passage that has been rendered: its length was checked there."""
    tokens = PARSER.parse(passage.text[:PASSAGE_BYTES])
    return " ".join(
        plain([token]) or (token.content if token.type in ("fence", "math_block") else "") for token in tokens
    ).strip()


def _build() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": True, "linkify": False})
    parser.use(dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True)
    parser.enable(["table", "strikethrough", "smartquotes"])
    # Headings are structure, raw HTML is text, and code is fenced: an indented paragraph is a paragraph.
    parser.disable(["heading", "lheading", "html_block", "html_inline", "code"])
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # `References` refuse aloud
    normalise = parser.normalizeLink
    parser.normalizeLink = lambda url: url if url.startswith(SCHEMES) else normalise(url)  # type: ignore[method-assign]
    parser.add_render_rule("fence", _render_fence)
    for kind in MATHS:
        parser.add_render_rule(kind, _render_maths)
    return parser


def _render_fence(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return colour(tokens[index].content, tokens[index].info.strip()) + "\n"


def _render_maths(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return str(tokens[index].meta.get("mathml", ""))


def _render(tokens: Sequence[Token]) -> str:
    for token in tokens:
        style = str(token.attrs.pop("style", ""))
        if style.startswith("text-align:"):  # inline styles are forbidden by the content security policy
            token.attrs["class"] = f"align-{style.removeprefix('text-align:')}"
    return str(PARSER.renderer.render(tokens, PARSER.options, {}))


def _clean(html: str) -> SafeString:
    cleaned = nh3.clean(
        html,
        tags=set(TAG_NAMES.split()) | maths.ELEMENTS,
        attributes=ATTRIBUTES,
        tag_attribute_values={"th": ALIGNED, "td": ALIGNED, "mtd": ALIGNED},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    scrollable = cleaned.replace("<table>", '<div class="table" tabindex="0"><table>').replace(
        "</table>", "</table></div>"
    )
    return mark_safe(scrollable)  # noqa: S308  the allow-list above is what makes it safe


PARSER = _build()
