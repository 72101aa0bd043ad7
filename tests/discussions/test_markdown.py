from __future__ import annotations

import re
import time
from contextlib import suppress
from html.parser import HTMLParser

import pytest

from apps.courses.dialect import maths
from apps.discussions.calls import LONGEST
from apps.discussions.markdown import (
    ATTRIBUTES,
    CLASSES,
    LONGEST_FORMULA,
    MOST_FORMULAS,
    SCHEMES,
    TAGS,
    TooMuch,
    render,
    write_formula,
)
from tests.courses.payloads import PAYLOADS

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


@pytest.mark.parametrize("body", [*HOSTILE, *PAYLOADS])
def test_hostile_text_becomes_harmless(body: str) -> None:
    page = Page(render(body))
    assert page.tags <= TAGS
    for tag, name, value in page.attributes:
        allowed = (
            ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set()) | ({"class"} if tag in CLASSES else set())
        )
        assert name in allowed
        assert name != "class" or value in CLASSES[tag]
        if name == "href":
            scheme = re.match(r"([a-z][a-z0-9+.-]*):", re.sub(r"[\x00-\x20]", "", value), re.IGNORECASE)
            assert not scheme or scheme[1].lower() in SCHEMES


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


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("Say $2x$", "<p>Say <math><mrow><mn>2</mn><mi>x</mi></mrow></math></p>"),
        ("$$\nx\n$$", '<math display="block"><mrow><mi>x</mi></mrow></math>'),
        ("It costs 5$ or $6 x, \\$7, $HOME and $PATH.", "<p>It costs 5$ or $6 x, $7, $HOME and $PATH.</p>"),
        ("`$x$`", "<p><code>$x$</code></p>"),
        ("$\\frac{1$ <b>", "<p><code>$\\frac{1$</code> &lt;b&gt;</p>"),
        ("$$\n\\bad{\n$$", '<pre tabindex="0"><code>$$\n\\bad{\n$$</code></pre>'),
    ],
)
def test_formulas_are_typeset_and_what_is_none_stays_as_it_was_written(body: str, html: str) -> None:
    assert render(body).strip() == html


def test_what_the_typesetter_writes_passes_the_allow_list_untouched() -> None:
    tex = r"\mathbb{R}\mathrm{d}\begin{aligned}a&=\left(\frac{\sqrt[3]{x^2_1}}{\overline{y}}\right)\\&\sum_{i=1}^n\kern1em z\vdots\end{aligned}"
    assert maths.typeset(tex, display=True) in render(f"$$\n{tex}\n$$")


def test_a_post_holds_so_many_formulas_of_so_much_length() -> None:
    html = render(" ".join(f"$a_{{{number}}}$" for number in range(MOST_FORMULAS + 20)))
    assert (html.count("<math>"), html.count("<code>$a_")) == (MOST_FORMULAS, 20)
    assert "<math>" not in render(f"${'x' * (LONGEST_FORMULA + 1)}$")


@pytest.mark.parametrize("tex", [r"\def\a{x}\a", r"\gdef\a{x}", r"\newcommand{\a}{x}\a", r"\let\a=\frac \a12"])
def test_a_post_defines_no_macros(tex: str) -> None:
    assert "<math>" not in render(f"${tex}$")
    assert "<math>" in render(r"$\delta$")


BOMBS = [
    r"\def\a{" + "x" * 900 + "}" + r"\a" * 20,
    r"\def\a{xxxxxxxxxx}\def\b{\a\a\a\a\a\a\a\a\a}\def\c{\b\b\b\b\b\b\b\b\b}\c\c",
    r"\sqrt{" * 150 + "}" * 150,
    "x^{" * 200 + "}" * 200,
    r"\begin{matrix}" + "a&" * 400 + r"\end{matrix}",
    r"\left(" * 50 + r"\right)" * 50,
    "x" * 990,
]


@pytest.mark.parametrize("tex", BOMBS)
def test_no_formulas_take_long(tex: str) -> None:
    body = "".join(f"${tex}{'y' * number}$ " for number in range(100))[:20_000]
    write_formula.cache_clear()
    started = time.process_time()
    with suppress(TooMuch):
        render(body)
    assert time.process_time() - started < 3


PEOPLE = {"ada": "/people/1/", "ada lovelace": "/people/2/", "o'neil & co": "/people/3/", "bob#4": "/people/4/"}


@pytest.mark.parametrize(
    ("body", "linked"),
    [
        ("@Ada, look", ["@Ada /people/1/"]),
        ("@ADA  Lovelace and @ada.", ["@ADA  Lovelace /people/2/", "@ada /people/1/"]),
        ("@Adam, mail@ada.example @ Ada", []),
        ("**@Ada**: (@O'Neil & Co)", ["@Ada /people/1/", "@O'Neil & Co /people/3/"]),
        ("@Bob and @bob#4! @Bob#44", ["@bob /people/4/"]),
        ("`@Ada` $@Ada$ [@Ada](https://x.example/)\n\n> @Ada said\n\n```\n@Ada\n```", []),
        ("| @Ada |\n|-|\n| @Ada |\n\n# @Ada", ["@Ada /people/1/"] * 3),
    ],
)
def test_who_is_called_becomes_a_link_to_them(body: str, linked: list[str]) -> None:
    html = render(body, PEOPLE)
    found = re.findall(r'<a href="(/people/\d/)" rel="nofollow ugc noopener">(@[^<]*)</a>', html)
    assert [f"{said.replace('&amp;', '&')} {address}" for address, said in found] == linked


@pytest.mark.parametrize("unit", ["@", "@a", "@ada ", f"@{'a ' * LONGEST}", "@a#1", "@#", "@\n"])
def test_no_calling_takes_long(unit: str) -> None:
    started = time.process_time()
    render((unit * 20_000)[:20_000], PEOPLE)
    assert time.process_time() - started < 2


def test_listings_are_coloured() -> None:
    assert '<span class="k">for</span>' in render("```python\nfor x in y: pass\n```")


@pytest.mark.parametrize(
    "unit",
    [
        "![",
        "[",
        "[a](",
        "*a ",
        "*a_ ",
        "`a",
        "> ",
        "- ",
        "<",
        "&",
        "[]",
        "|a",
        "~~a",
        "<a:",
        "a\n=\n",
        "\n",
        "(",
        "](",
        "$",
        "$a",
        "$$",
        "$a\\$",
        "$$\n",
        "> $$\n",
        "- $$a\n",
        "$a$1",
    ],
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
