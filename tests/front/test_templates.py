import re
from pathlib import Path

import pytest

from .pages import STANDALONE, list_pages, list_templates, name

EXTENDS = re.compile(r'\{% extends "(?P<base>[^"]+)" %\}')
INLINE = {
    "style element": re.compile(r"<style\b", re.I),
    "style attribute": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.I),
    "script of its own": re.compile(r"<script\b(?![^>]*\bsrc=)", re.I),
    "event attribute": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.I),
    "script evaluated by htmx": re.compile(r"hx-on|hx-vals=['\"]js:|hx-trigger=\"[^\"]*\["),
    "javascript: address": re.compile(r"javascript:", re.I),
}


@pytest.mark.parametrize("page", list_pages(), ids=name)
def test_every_page_extends_the_base(page: Path) -> None:
    if name(page) in STANDALONE:
        return
    extended = EXTENDS.match(page.read_text())
    assert extended, "a page begins with {% extends %}"
    assert extended["base"] in {"base.html", "accounts/_page.html", "moderation/_page.html"}


@pytest.mark.parametrize("template", list_templates(), ids=name)
def test_no_template_holds_style_or_script(template: Path) -> None:
    text = template.read_text()
    found = [what for what, pattern in INLINE.items() if pattern.search(text)]
    assert not found, "the content policy would block it"


@pytest.mark.parametrize("template", list_templates(), ids=name)
def test_every_template_is_short(template: Path) -> None:
    assert len(template.read_text().splitlines()) < 60


def test_the_page_of_a_server_error_needs_nothing() -> None:
    [page] = [page for page in list_pages() if name(page) == "500.html"]
    assert "{%" not in page.read_text()
    assert "{{" not in page.read_text()
