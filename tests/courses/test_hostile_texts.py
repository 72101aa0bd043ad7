"""Whoever writes a chapter cannot put anything into the page that acts."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from apps.courses.dialect.markdown import PASSAGE_BYTES
from apps.courses.dialect.problems import SHOWN
from apps.courses.dialect.source import SOURCE_BYTES

from .texts import CHAPTER, SVG, compile_text, list_problems, replaced

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    '<https://example.org/"onmouseover=alert(1)>',
    '[x](https://example.org "a\\" onclick=alert(1) x=\\"")',
    "`<b onclick=x>`",
    "```python\n</code></pre><script>alert(1)</script>\n```",
    "<!--csrf-->",
    "<!--next:second-->",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "**<a href=javascript:alert(1)>x</a>**",
]
PLACES = [
    ("Words with", "{}\n\nWords with"),
    ("- Read.", "- {}"),
    ("Two circles.\n:::", "{}\n:::"),
    ("Because.", "{}"),
    ("An addition.", "{}"),
    ("  > Count again.", "  > {}"),
    ("- [ ] `3`", "- [ ] {}"),
    ("## A topic {#a", "## {} {{#a"),
    ('title="Think"', 'title="{}"'),
    ("print(1 + 1)  # two", "{}"),
]
TAG_NAMES = (
    "section h2 h3 p a em strong b i s code samp pre span ul ol li blockquote hr br table thead tbody tr th td div figure "
    "figcaption form fieldset legend label input button article details summary aside "
    "svg title defs marker path circle"
)
ALLOWED_TAGS = set(TAG_NAMES.split())


class Page(HTMLParser):
    """Gathers what a browser would find."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.comments: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


@pytest.mark.parametrize(("old", "new"), PLACES)
@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_that_acts_reaches_the_page(payload: str, old: str, new: str) -> None:
    written = payload if "\n" in new or "\n" not in payload else payload.split("\n")[1]
    text = replaced((old, new.format(written)))
    if list_problems(text):
        return  # refused aloud is as good
    page = Page(compile_text(text).html)
    assert page.tags <= ALLOWED_TAGS
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("style", "srcdoc")]
    assert not [
        value for name, value in page.attributes if name == "href" and re.match(r"\s*(javascript|data):", value)
    ]
    assert page.comments == Page(compile_text().html).comments


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (SVG.replace("<circle", "<script>alert(1)</script><circle"), "<script> is not allowed"),
        (SVG.replace("<circle", '<circle onclick="alert(1)"'), "onclick is not allowed"),
        (SVG.replace("<circle", '<circle style="fill:red"'), "style attribute is not allowed"),
        (SVG.replace("<circle", "<style>*{display:none}</style><circle"), "<style> is not allowed"),
        (SVG.replace("<circle", "<foreignObject/><circle"), "<foreignObject> is not allowed"),
        (SVG.replace("<circle", '<image href="https://evil.example/x.png"/><circle'), "<image> is not allowed"),
        (SVG.replace("<circle", '<use href="https://evil.example/x.svg#a"/><circle'), "leads out of the figure"),
        (SVG.replace('"currentColor"', '"url(https://evil.example/#a)"'), "leads out of the figure"),
        (SVG.replace('"currentColor"', '"u\\72l(#a)"'), "is not allowed"),
        (SVG.replace("<circle", '<a href="#x"/><circle'), "<a> is not allowed"),
        (SVG.replace("<circle", '<animate attributeName="href"/><circle'), "<animate> is not allowed"),
        (SVG.replace("<circle", '<h:script xmlns:h="http://www.w3.org/1999/xhtml"/><circle'), "is not allowed"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG, "DOCTYPE"),
        (SVG.replace("</svg>", ""), "not well-formed"),
        (SVG.replace("<title>Two circles</title>", ""), "no <title>"),
        (SVG.replace(' viewBox="0 0 10 10"', ""), "no viewBox"),
        (SVG.replace('id="tip"', 'id="1 2"'), "The id"),
        ("<html/>", "outermost element"),
        ("<svg xmlns='http://www.w3.org/2000/svg'>" + "<g>" * 3000 + "</g>" * 3000 + "</svg>", "not allowed"),
        (SVG.replace("</svg>", "<!--" + "x" * 60_000 + "--></svg>"), "over 60 kB"),
    ],
)
def test_an_unsafe_figure_is_refused(bad: str, sentence: str) -> None:
    assert any(
        "circles.svg" in message and sentence in message for _, message in list_problems(CHAPTER, {"circles.svg": bad})
    )


def test_text_in_a_figure_stays_text() -> None:
    figure = SVG.replace("<circle", "<text>&lt;script&gt;alert(1)&lt;/script&gt;</text><circle")
    assert "script" not in Page(compile_text(CHAPTER, {"circles.svg": figure}).html).tags


def test_a_text_over_the_cap_is_refused_unread() -> None:
    assert list_problems("[" * (SOURCE_BYTES + 1)) == [(1, "The text is over 400 kB: split it into two chapters.")]


@pytest.mark.parametrize("piece", ["[", "![", "*a ", "> ", "`", "- ", "<", "|", "&", "(["])
def test_a_passage_over_its_cap_is_refused_unparsed(piece: str) -> None:
    text = replaced(("Done.", piece * (100_000 // len(piece))))
    assert any(f"over {PASSAGE_BYTES // 1000} kB" in message for _, message in list_problems(text))


@pytest.mark.parametrize(
    "line", ["## a {#b", "::: quiz a b", ":::", "```", "- [ ] x", "# " + " " * 5000 + "{", "---", "\t"]
)
def test_many_broken_lines_are_told_in_moderation(line: str) -> None:
    problems = list_problems(CHAPTER + f"{line}\n" * min(20_000, 100_000 // len(line)))
    assert len(problems) <= SHOWN
