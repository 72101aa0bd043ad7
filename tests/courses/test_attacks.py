"""A corpus of attacks through every field that an author can fill, in a real browser, with the site's policy and without:
nothing runs. Even what the checker refuses is rendered here, so that no mistake of the checker alone could let one through.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import pytest
from django.test import Client
from playwright.sync_api import Page, Route

from apps.courses.dialect import Problems
from apps.courses.dialect.compiling import read_document
from apps.courses.dialect.rendering import Renderer
from apps.courses.dialect.targets import find_targets
from tests.chromium import launched
from tests.lab.stage import POLICY

from .payloads import PAYLOADS
from .texts import SVG, build_chapter, publish_text, replaced

FIELDS = """
### {line} {{#h{n}}}

{line}

> {line}

- {line}

| a | {line} |
|---|---|
| {line} | b |

```python
{line}
```

::: callout c{n} kind="{word}" title="{word}"
{line}
:::

::: figure f{n} src="f{n}.svg" out="{word}"
{line}
:::

::: figure p{n} src="p.png" alt="{word}"
{line}
:::

::: term t{n} title="{word}" also="{word}"
{line}
:::

::: tabs s{n}
--- {line}
{line}
--- b
{line}
:::

::: listing l{n} title="{word}" output="{word}"
```python
{line}
```
```output
{line}
```
:::

::: evidence e{n} title="{word}"
```python
{line}
```
```output
{line}
```
:::

::: exercise x{n} title="{word}"
{line}
--- hint
{line}
---
{line}
:::

::: faq q{n}
{line}
---
{line}
:::

::: quiz z{n}
{line}
- [x] {line}
  > {line}
- [ ] {line}
  > {line}
:::

::: project j{n} title="{word}" goal="{word}" minutes="{word}"
{line}
```python
{line}
```
```output
{line}
```
```checks
[[check]]
name = '''{toml}'''
call = "model(x)"
expect = 1
hint = '''{toml}'''
```
{line}
--- hint
{line}
:::

::: slider d{n} title="{word}"
```plot
x = {{ says = '''{toml}''', from = 0, to = 1 }}
y = {{ says = '''{toml}''', from = 0, to = 1 }}
[[vary]]
name = "rate"
says = '''{toml}'''
min = 0
max = 1
step = 0.1
start = 0
[[curve]]
y = "x"
[[reading]]
says = '''{toml}'''
value = "rate"
```
{line}
:::

::: slider b{n} title="{word}"
```plot
x = {{ says = "x", from = 0, to = 1 }}
y = {{ says = "y", from = 0, to = 1 }}
[[vary]]
name = '''{toml}'''
says = "Rate"
min = 0
max = 1
step = 0.1
start = 0
[[curve]]
y = '''{toml}'''
```
{line}
:::

::: next {word}
{line}
:::
"""
RECORD = "window.ran = []; for (const name of ['alert', 'confirm', 'prompt']) window[name] = (...said) => window.ran.push(said);"
PROVOKE = """() => {
  for (const each of document.querySelectorAll("body *")) {
    for (const type of ["mouseover", "focus", "toggle", "error", "load", "begin"]) each.dispatchEvent(new Event(type));
  }
  return [...document.querySelectorAll("[href], [src], [action]")]
    .flatMap((each) => ["href", "src", "action"].map((name) => each.getAttribute(name) ?? ""))
    .filter((address) => /^[\\s\\u0000-\\u0020]*(javascript|data|vbscript):/i.test(address));
}"""


@contextmanager
def opened() -> Iterator[Page]:
    """A browser's page that records what runs on it. Nobody talks to the database meanwhile."""
    with launched() as browser:
        page = browser.new_page()
        page.add_init_script(RECORD)
        yield page


def visit(page: Page, html: str, headers: dict[str, str]) -> tuple[list[object], list[str]]:
    """What ran on a page of this text, and the addresses on it that would run."""

    def answer(route: Route) -> None:
        if route.request.url.endswith("/page/"):
            route.fulfill(status=200, body=html, headers={"content-type": "text/html; charset=utf-8", **headers})
        else:
            route.fulfill(status=404)

    page.unroute_all()
    page.route("**/*", answer)
    page.goto("http://hostile.test/page/")
    addresses = page.evaluate(PROVOKE)
    page.wait_for_timeout(300)
    return page.evaluate("() => window.ran"), addresses


def attack() -> str:
    """The page of a chapter with every attack in every field."""
    parts = [
        FIELDS.format(n=n, line=line, word=line.replace('"', "'"), toml=line.replace("'", '"'))
        for n, line in enumerate(PAYLOADS)
    ]
    sections = [f"## {line} {{#a{n}}}\n{part}" for n, (line, part) in enumerate(zip(PAYLOADS, parts, strict=True))]
    document = read_document("---\ntitle: t\n---\n" + "\n".join(sections), problems := Problems())
    figures = {f"f{n}.svg": SVG.replace("Two circles", escape(line)) for n, line in enumerate(PAYLOADS)}
    renderer = Renderer(
        "small/first",
        figures | {"p.png": f"picture:{'a' * 64}:9x9:image/png"},
        find_targets(document.sections),
        problems,
    )
    shown = "".join(renderer.section(number, section) for number, section in enumerate(document.sections, start=1))
    folded = "".join(
        str(html)
        for quiz in renderer.quizzes.values()
        for html in (quiz["body_html"], *(choice["reason_html"] for choice in quiz["choices"]))
    )
    terms = "".join(term["html"] for term in renderer.terms.values())
    return f"<!doctype html><body>{shown}{folded}{terms}</body>".replace("<details", "<details open")


def test_nothing_runs_on_a_chapter_full_of_attacks() -> None:
    html = attack()
    assert html.count("alert(1)") > 20 * len(PAYLOADS), "they are shown as text"
    with opened() as page:
        for headers in ({}, {"content-security-policy": POLICY}):
            assert visit(page, html, headers) == ([], [])


def test_the_attacks_work_where_nothing_stops_them() -> None:
    assert len(set(PAYLOADS)) > 100
    with opened() as page:
        ran, addresses = visit(page, "<!doctype html><body>" + "\n".join(f"<div>{line}</div>" for line in PAYLOADS), {})
    assert len(ran) > 20
    assert addresses


@pytest.mark.django_db
def test_nothing_runs_from_the_front_matter(client: Client) -> None:
    title, summary = "</title><img src=x onerror=alert(1)>", " ".join(PAYLOADS[:12])[:440]
    text = replaced(("title: A small chapter", f"title: {title}"), ("summary: Everything", f"summary: {summary}"))
    publish_text(build_chapter(), text)
    html = client.get("/courses/small/first/").content.decode()
    assert "onerror=alert(1)" in html
    with opened() as page:
        assert visit(page, html, {})[0] == []
