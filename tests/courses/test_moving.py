"""Links from before something was renamed."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.courses.models import Chapter, FormerAddress
from tests.quizzes.chapters import build_chapter, build_course

pytestmark = pytest.mark.django_db


@pytest.fixture
def chapter() -> Chapter:
    """Stands at essentials/chapter-1, and was at basics/first, essentials/first and basics before."""
    chapter = build_chapter(build_course())
    for path in ("basics/first", "essentials/first"):
        FormerAddress.objects.create(path=path, course=chapter.course, chapter=chapter)
    FormerAddress.objects.create(path="basics", course=chapter.course)
    return chapter


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("basics/", "essentials/"),
        ("basics/glossary/", "essentials/glossary/"),
        ("basics/first/", "essentials/chapter-1/"),
        ("essentials/first/", "essentials/chapter-1/"),
        ("essentials/first/discussion/", "essentials/chapter-1/discussion/"),
        ("essentials/first/card.png?a=1&b=%20", "essentials/chapter-1/card.png?a=1&b=%20"),
        ("basics/chapter-1/", "essentials/chapter-1/"),
    ],
)
def test_an_old_link_leads_to_where_it_is_now(client: Client, chapter: Chapter, old: str, new: str) -> None:
    for ask in (client.get, client.head):
        answer = ask(f"/courses/{old}")
        assert (answer.status_code, answer.headers.get("Location")) == (301, f"/courses/{new}")


def test_what_is_there_now_comes_first(client: Client, chapter: Chapter) -> None:
    other = build_chapter(build_course("basics"), 1)
    Chapter.objects.filter(pk=other.pk).update(slug="first")
    for address in ("/courses/basics/", "/courses/basics/first/"):
        assert client.get(address).status_code == 200
    Chapter.objects.filter(pk=other.pk).update(live=None)
    assert client.get("/courses/basics/first/").status_code == 404


def test_nothing_that_was_sent_is_redirected(client: Client, chapter: Chapter) -> None:
    assert client.post("/courses/essentials/first/progress/", {}, content_type="application/json").status_code == 404
    for address in (
        "/courses/nothing/",
        "/courses/essentials/nothing/",
        "/nothing/",
        "/courses/essentials/first/nothing/",
    ):
        assert client.get(address).status_code == 404


def test_an_ordinary_page_pays_nothing(
    client: Client, chapter: Chapter, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/courses/essentials/chapter-1/")
    with django_assert_num_queries(1):
        client.get("/courses/essentials/chapter-1/")
