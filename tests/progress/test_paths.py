from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.courses.models import Chapter
from apps.progress.models import Finish
from tests.quizzes.chapters import build_chapter, build_course, edit_chapter

from .pages import open_page
from .students import send_answer, send_reading

pytestmark = pytest.mark.django_db
COURSE = "/courses/essentials/"


@pytest.fixture(autouse=True)
def chapters() -> list[Chapter]:
    """Three chapters to read and one announced."""
    course = build_course()
    return [build_chapter(course, number, live=number < 4) for number in (1, 2, 3, 4)]


def address(number: int) -> str:
    return f"{COURSE}chapter-{number}/"


def list_states(client: Client) -> list[str]:
    return [str(step.state) for step in client.get(COURSE).context["chapters"]]


def find_bookmark(client: Client) -> tuple[str, str, str | None] | None:
    mark: Any = client.get("/").context["continue_at"]
    return mark and (mark.title, mark.url, mark.section)


def test_the_path_shows_every_chapter(client: Client) -> None:
    page = client.get(COURSE)
    first, *_, last = page.context["chapters"]
    assert (first.number, first.title, first.level, first.minutes) == (1, "Chapter 1", "Introductory", 7)
    assert (first.url, last.url) == (address(1), None)
    assert list_states(client) == ["new", "new", "new", "coming"]
    assert page.context["course"].title == "Essentials"
    assert address(1) in page.content.decode()
    assert address(4) not in page.content.decode()


def test_home_is_there_before_any_course(client: Client) -> None:
    Chapter.objects.update(live=None)
    assert client.get("/").status_code == 200


def test_there_is_no_such_course(client: Client) -> None:
    assert client.get("/courses/elsewhere/").status_code == 404


def test_a_students_path_says_how_far_they_are(client: Client, student: User, chapters: list[Chapter]) -> None:
    Finish.objects.create(user=student, chapter=chapters[0])
    send_reading(client, "introduction", url=address(2))
    assert list_states(client) == ["finished", "in progress", "new", "coming"]
    course = client.get(COURSE).context["course"]
    assert (course.finished, course.readable) == (1, 3)


def test_an_answer_alone_begins_a_chapter(client: Client, student: User) -> None:
    send_answer(client, "q-one", "b", url=address(3))
    assert list_states(client) == ["new", "new", "in progress", "coming"]


def test_a_visitors_path_says_how_far_they_are(client: Client) -> None:
    send_reading(client, "introduction", url=address(2))
    assert list_states(client) == ["new", "in progress", "new", "coming"]
    assert list_states(Client()) == ["new", "new", "new", "coming"]


def test_nobodys_path_shows_what_another_did(client: Client, student: User, chapters: list[Chapter]) -> None:
    grace = User.objects.create_user("grace@example.org", name="Grace")
    Finish.objects.create(user=grace, chapter=chapters[0])
    other = Client()
    other.force_login(grace)
    send_reading(other, "introduction", place="introduction", url=address(2))
    assert list_states(client) == ["new", "new", "new", "coming"]
    assert find_bookmark(client) is None


def test_whoever_is_new_has_nowhere_to_continue(client: Client, student: User) -> None:
    assert find_bookmark(client) is None
    assert find_bookmark(Client()) is None


@pytest.mark.parametrize("logged_in", [True, False])
def test_it_continues_at_the_section_last_visited(client: Client, logged_in: bool) -> None:
    if logged_in:
        client.force_login(User.objects.create_user("ada@example.org", name="Ada"))
    send_reading(client, place="introduction", url=address(3))
    send_reading(client, place="mini-project", url=address(2))
    assert find_bookmark(client) == ("Chapter 2", f"{address(2)}#mini-project", "Mini-Project")
    send_reading(client, place="quiz", url=address(3))
    assert find_bookmark(client) == ("Chapter 3", f"{address(3)}#quiz", "Quiz")


def test_after_a_finished_chapter_it_continues_with_the_next(
    client: Client, student: User, chapters: list[Chapter]
) -> None:
    send_reading(client, place="quiz", url=address(1))
    Finish.objects.create(user=student, chapter=chapters[0])
    assert find_bookmark(client) == ("Chapter 2", address(2), None)


def test_whoever_finished_everything_has_nothing_to_continue(
    client: Client, student: User, chapters: list[Chapter]
) -> None:
    for chapter in chapters:
        Finish.objects.create(user=student, chapter=chapter)
    assert find_bookmark(client) is None


@pytest.mark.parametrize("logged_in", [True, False])
def test_a_place_that_left_the_text_leads_to_its_chapter(
    client: Client, logged_in: bool, chapters: list[Chapter]
) -> None:
    if logged_in:
        client.force_login(User.objects.create_user("ada@example.org", name="Ada"))
    send_reading(client, place="quiz", url=address(1))
    edit_chapter(chapters[0], ("introduction",))
    assert find_bookmark(client) == ("Chapter 1", address(1), None)
    assert open_page(client, address(1))["state"]["place"] is None


@pytest.mark.parametrize("rows", [1, 10])
def test_the_cost_does_not_grow_with_chapters(
    client: Client, student: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    course = build_course("big")
    for number in range(1, rows + 1):
        build_chapter(course, number)
        send_reading(client, "quiz", place="quiz", url=f"/courses/big/chapter-{number}/")
    for url, of_all, of_readers in (("/", 0, 1), ("/courses/big/", 1, 0)):  # what is verified; bookmarks
        # Session, student, course(s), chapters, states, place.
        with django_assert_num_queries(6 + of_all + of_readers):
            client.get(url)
        with django_assert_num_queries(2 + of_all):  # course(s), chapters
            Client().get(url)
