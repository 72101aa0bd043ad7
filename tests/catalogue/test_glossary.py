from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.courses.models import Chapter
from tests.quizzes.chapters import build_chapter, build_course

from .chapters import build_term, explain

pytestmark = pytest.mark.django_db
GLOSSARY = "/courses/essentials/glossary/"
TERMS = "/courses/essentials/glossary.json"


def test_terms_stand_by_letter_and_lead_to_where_they_are_taught(client: Client, chapter: Chapter) -> None:
    explain(chapter, {"loss": build_term("Loss", "cost"), "zero": build_term("0-d tensor")})
    explain(build_chapter(chapter.course, 2), {"layer": build_term("layer")})
    explain(build_chapter(build_course("other")), {"else": build_term("Elsewhere")})
    page = client.get(GLOSSARY)
    letters = [(one.name, [term.path for term in one.terms]) for one in page.context["letters"]]
    assert letters == [("#", ["chapter-1/zero"]), ("L", ["chapter-2/layer", "chapter-1/loss"])]
    html = page.content.decode()
    for part in (
        '<div id="chapter-1--loss" class="definition">',
        "also: cost",
        "<p>What <em>Loss</em> means.</p>",
        'Taught in <a href="/courses/essentials/chapter-1/#loss">Chapter 1</a>',
        'href="#letter-l"',
    ):
        assert part in html


def test_the_pop_overs_are_answered_again_only_when_a_text_changed(client: Client, chapter: Chapter) -> None:
    explain(chapter, {"loss": build_term("Loss")})
    first = client.get(TERMS)
    loss = {"title": "Loss", "html": "<p>What <em>Loss</em> means.</p>", "url": f"{GLOSSARY}#chapter-1--loss"}
    assert first.json() == {"terms": {"chapter-1/loss": loss}}
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert "Vary" not in first.headers
    headers = {"If-None-Match": first.headers["ETag"]}
    assert client.get(TERMS, headers=headers).status_code == 304
    explain(chapter, {"loss": build_term("Loss", "cost"), "more": build_term("More")})
    assert client.get(TERMS, headers=headers).status_code == 200


def test_only_what_is_published_is_explained(client: Client, chapter: Chapter) -> None:
    explain(chapter, {"loss": build_term("<b>Loss</b>")})
    assert "<dfn><b>Loss" not in client.get(GLOSSARY).content.decode()
    Chapter.objects.update(live=None)
    assert client.get(TERMS).json() == {"terms": {}}
    assert "explains a word here yet" in client.get(GLOSSARY).content.decode()
    assert client.get("/courses/nothing/glossary/").status_code == 404
    assert client.get("/courses/nothing/glossary.json").status_code == 404


@pytest.mark.parametrize("rows", [1, 10])
def test_what_it_costs(
    client: Client, chapter: Chapter, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        explain(build_chapter(chapter.course, number + 2), {f"t-{number}": build_term(f"T{number}")})
    for address in (GLOSSARY, TERMS):
        with django_assert_num_queries(2):
            client.get(address)
