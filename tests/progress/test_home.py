"""Home: the path of what is begun, or of what to start with; all else as cards. It stays as large as it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.courses.models import Chapter
from apps.progress import shelves
from apps.progress.models import Finish
from tests.quizzes.chapters import build_chapter, build_course

from .students import send_reading

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def courses() -> None:
    for slug in ("alpha", "beta", "gamma"):
        course = build_course(slug, slug.title())
        for number in (1, 2, 3):
            build_chapter(course, number, live=number < 3)


def open_home(client: Client) -> tuple[list[str], list[str]]:
    """The titles of the courses with a path, and those of the cards."""
    shelf = client.get("/").context["shelf"]
    return [book.title for book in shelf.open], [book.title for book in shelf.others]


def test_whoever_is_new_is_shown_where_to_start() -> None:
    page = Client().get("/")
    [book] = page.context["shelf"].open
    assert (book.title, book.readable, book.planned, book.finished) == ("Alpha", 2, 3, 0)
    assert [str(step.state) for step in book.steps] == ["new", "new", "coming"]
    assert "Start here" in page.content.decode()
    assert [book.title for book in page.context["shelf"].others] == ["Beta", "Gamma"]
    assert '<a href="/courses/gamma/">Gamma</a>' in page.content.decode()


@pytest.mark.parametrize("logged_in", [True, False])
def test_what_is_begun_has_its_path(client: Client, logged_in: bool) -> None:
    if logged_in:
        client.force_login(User.objects.create_user("ada@example.org", name="Ada"))
    send_reading(client, "quiz", url="/courses/beta/chapter-2/")
    assert open_home(client) == (["Beta"], ["Alpha", "Gamma"])
    page = client.get("/")
    assert [str(step.state) for step in page.context["shelf"].open[0].steps] == ["new", "in progress", "coming"]
    assert "Start here" not in page.content.decode()
    assert open_home(Client()) == (["Alpha"], ["Beta", "Gamma"])


def test_after_a_finished_course_comes_a_new_one(client: Client, student: User) -> None:
    for chapter in Chapter.objects.filter(course__slug="alpha", live__isnull=False):
        Finish.objects.create(user=student, chapter=chapter)
    assert open_home(client) == (["Beta"], ["Alpha", "Gamma"])
    assert [book.finished for book in client.get("/").context["shelf"].others] == [2, 0]
    for chapter in Chapter.objects.filter(live__isnull=False).exclude(course__slug="alpha"):
        Finish.objects.create(user=student, chapter=chapter)
    assert open_home(client) == (["Alpha"], ["Beta", "Gamma"])


def test_a_long_course_shows_what_comes_next(
    client: Client, student: User, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(shelves, "STEPS", 4)
    course = build_course("long", "Long")
    chapters = [build_chapter(course, number) for number in range(1, 12)]
    for chapter in chapters[:3]:
        Finish.objects.create(user=student, chapter=chapter)
    [book] = client.get("/").context["shelf"].open
    assert ([step.number for step in book.steps], book.planned, book.finished) == ([4, 5, 6, 7], 11, 3)
    assert '<a href="/courses/long/">All 11 chapters</a>' in client.get("/").content.decode()

    def weigh() -> int:
        with django_assert_num_queries(
            8
        ):  # as ever: session, student, states, counts, path, place, what is next, bookmarks
            return len(client.get("/").content)

    before = weigh()
    for number in range(12, 60):
        build_chapter(course, number)
    assert abs(weigh() - before) < 10
