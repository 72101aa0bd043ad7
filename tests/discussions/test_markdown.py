from __future__ import annotations

import re
import time
from contextlib import suppress
from html.parser import HTMLParser

import pytest

from apps.discussions.markdown import ATTRIBUTES, SCHEMES, TAGS, TooMuch, render

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<div>\n<script>alert(1)</script>\n</div>",
    "<!-- --><iframe src=javascript:alert(1)>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java&#115;cript:alert(1))",
    "[a](&#x6A;avascript:alert(1))",
    "[a](\x01javascript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:x)",
    "[a](file:///etc/passwd)",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "![a](https://evil.example/pixel.png)",
    "![a](javascript:alert(1))",
    '[a](https://x.example "\\" onmouseover=alert(1) \\"")',
    '[a](https://x.example/"onmouseover="alert(1))',
    '```python"onload=alert(1)\nx\n```',
    "```<script>\nx\n```",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "    </code></pre><script>alert(1)</script>",
    "`</code><script>alert(1)</script>`",
    '```python\n"</span><script>alert(1)</script>"\n```',
    "# <script>alert(1)</script>",
    "| <script>alert(1)</script> |\n|-|\n| <img src=x onerror=alert(1)> |",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<a href='x' style='position:fixed'>x</a>",
    "<base href=//evil.example>",
    "<form action=//evil.example><input></form>",
    "[a]: javascript:alert(1)\n\n[a]",
    "<math><mtext></p><style><img src=x onerror=alert(1)></style>",
    "\x00<script>alert(1)</script>",
]


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_text_becomes_harmless(body: str) -> None:
    page = Page(render(body))
    assert page.tags <= TAGS
    for tag, name, value in page.attributes:
        allowed = (
            ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set()) | ({"class"} if tag == "span" else set())
        )
        assert name in allowed
        if name == "href":
            assert re.match(rf"({'|'.join(SCHEMES)}):|[/#?]|[^:]*$", value), value


class Page(HTMLParser):
    """What a browser would find in the HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("**b** *i* `c`", "<p><strong>b</strong> <em>i</em> <code>c</code></p>\n"),
        ("# Title", "<h4>Title</h4>\n"),
        ("> quoted", "<blockquote>\n<p>quoted</p>\n</blockquote>\n"),
        ("[a](https://x.example/)", '<p><a href="https://x.example/" rel="nofollow ugc noopener">a</a></p>\n'),
        ("```\na < b\n```", '<pre tabindex="0"><code>a &lt; b\n</code></pre>\n'),
    ],
)
def test_plain_markdown_works(body: str, html: str) -> None:
    assert render(body) == html


def test_listings_are_coloured() -> None:
    assert '<span class="k">for</span>' in render("```python\nfor x in y: pass\n```")


@pytest.mark.parametrize(
    "unit",
    ["![", "[", "[a](", "*a ", "*a_ ", "`a", "> ", "- ", "<", "&", "[]", "|a", "~~a", "<a:", "a\n=\n", "\n", "(", "]("],
)
def test_no_text_takes_long(unit: str) -> None:
    body = (unit * 20_000)[:20_000]
    started = time.process_time()
    render(body)
    assert time.process_time() - started < 2, "seconds; about 0.3 on the slowest of these"


@pytest.mark.parametrize("unit", ["'", '"', "f'{", "(", "0", "a.", "\\", "#", " ", "@a\n", '"""', "$(", "`", '{"a":'])
@pytest.mark.parametrize("language", ["python", "pycon", "bash", "json", "traceback"])
def test_no_listing_takes_long(language: str, unit: str) -> None:
    body = f"```{language}\n" + (unit * 20_000)[:19_000] + "\n```"
    started = time.process_time()
    with suppress(TooMuch):
        render(body)
    assert time.process_time() - started < 2


def test_a_short_text_does_not_grow_without_bound() -> None:
    table = "|a" * 2_000 + "\n" + "|-" * 2_000 + "\n" + "|\n" * 3_000
    with pytest.raises(TooMuch):
        render(table)
    assert len(render(f"[a]: https://x.example/{'x' * 9_000}\n\n" + "[a] " * 2_000)) < 30_000
