"""Figures in a file of their own: the page says what they show, the file draws it in the page's colours."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from django.test import Client

from apps.progress.drawings import COLOURS, take_out
from tests.courses.texts import build_chapter, publish_text
from tests.product import ROOT

CHAPTER = "/courses/small/first/"
TITLE = "<title>Two &lt;dots&gt;</title><desc>One, and one.</desc>"
DOTS = '<g class="fig-accent" fill="none"><circle r="1"/><circle r="2" class="fig-label"/></g><text x="1">one</text>'


def write_figure(drawn: str = DOTS, key: str = "two") -> str:
    label = 'role="img" viewBox="0 0 9 9"'
    return f'<figure class="figure wide" id="{key}"><svg {label}>{TITLE}{drawn}</svg><figcaption>Two.</figcaption></figure>'


def test_the_page_keeps_what_is_said_and_the_file_gets_what_is_drawn() -> None:
    html, drawings = take_out(f"<p>Look.</p>{write_figure()}{write_figure(key='more')}", "drawings/7.svg")
    left = write_figure('<use href="drawings/7.svg#two"/>')
    assert html.startswith(f"<p>Look.</p>{left}")
    two, more = ElementTree.fromstring(drawings)  # noqa: S314  made above
    assert (two.get("id"), more.get("id")) == ("two", "more")
    assert two[0].get("color") == "var(--ember)"
    assert "class=" not in drawings


@pytest.mark.parametrize(
    "drawn",
    [
        '<marker id="two--end"/><path marker-end="url(#two--end)"/>',
        '<use href="#two--dot"/>',
        '<path class="fig-accent" color="red"/>',
    ],
)
def test_a_drawing_whose_parts_need_each_other_stays_in_the_page(drawn: str) -> None:
    html = write_figure(drawn)
    assert take_out(html, "drawings/7.svg") == (html, "")


def test_the_colours_are_those_of_the_style_sheet() -> None:
    style = (ROOT / "static/css/components/figure.css").read_text()
    assert dict(re.findall(r"\.(fig-[\w-]+) { color: var\(--([\w-]+)\); }", style)) == COLOURS


@pytest.mark.django_db
def test_a_chapters_drawings_are_for_everybody_and_kept_for_ever(client: Client) -> None:
    figure = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>Dots</title><circle class="fig-accent" r="3"/></svg>'
    chapter = build_chapter()
    revision = publish_text(chapter, figures={"circles.svg": figure})
    page = client.get(CHAPTER).content.decode()
    [address] = re.findall(r'<use href="(drawings/[^"#]+)#circles"', page)
    sent = client.get(CHAPTER + address)
    assert (sent.status_code, sent["Content-Type"]) == (200, "image/svg+xml")
    assert sent["Cache-Control"] == "public, max-age=31536000, immutable"
    assert b'<circle color="var(--ember)" r="3"/>' in sent.content
    assert client.get(CHAPTER + address, headers={"if-none-match": sent["ETag"]}).status_code == 304
    for wrong in ("/courses/small/second/", "/courses/other/first/"):
        assert client.get(f"{wrong}drawings/{revision.pk}.svg").status_code == 404
    assert client.get(f"{CHAPTER}drawings/{revision.pk + 1}.svg").status_code == 404
    assert client.post(CHAPTER + address).status_code == 405
    chapter.live = None
    chapter.save()
    assert client.get(CHAPTER + address).status_code == 404
