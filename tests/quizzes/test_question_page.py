from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.courses.models import Chapter
from apps.quizzes.models import Attempt

from .chapters import build_chapter, build_course, build_project, build_question, edit_chapter

pytestmark = pytest.mark.django_db

ONE = "/courses/essentials/chapter-1/quiz/q-one/"
SEVERAL = "/courses/essentials/chapter-1/quiz/q-two/"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def chapter() -> Chapter:
    return build_chapter(build_course())


@pytest.fixture
def student(client: Client) -> User:
    user = User.objects.create_user("ada@example.org", name="Ada")
    client.force_login(user)
    return user


def post(client: Client, url: str, *choices: str) -> Any:
    return client.post(url, {"choice": list(choices)}, headers=HTMX)


def text(response: Any) -> str:
    return str(response.content.decode())


def test_it_asks_without_giving_the_answer_away(client: Client) -> None:
    page = text(client.get(ONE))
    assert "Which is it?" in page
    assert "Choice a" in page
    assert "reason for" not in page
    assert 'name="csrfmiddlewaretoken"' in page


def test_a_wrong_answer_gets_the_reason_for_that_choice_alone(client: Client, student: User) -> None:
    graded = text(post(client, ONE, "b"))
    assert "reason for b" in graded
    assert "reason for a" not in graded
    assert "<form" in graded, "the student may try again"
    assert "<html" not in graded


def test_a_right_answer_is_said_and_kept(client: Client, student: User) -> None:
    assert "Correct" in text(post(client, SEVERAL, "b", "a"))
    attempt = Attempt.objects.get()
    assert (attempt.user, attempt.item.key, attempt.choices, attempt.correct) == (student, "q-two", ["a", "b"], True)


def test_every_attempt_is_kept_and_solved_stays_solved(client: Client, student: User) -> None:
    post(client, ONE, "a")
    assert "correctly before" in text(post(client, ONE, "c"))
    assert Attempt.objects.count() == 2


def test_without_scripts_the_answer_leads_back_to_the_graded_question(client: Client, student: User) -> None:
    answer = client.post(ONE, {"choice": "b"})
    assert (answer.status_code, answer.headers["Location"]) == (303, ONE)
    assert "reason for b" in text(client.get(ONE))


def test_a_visitors_answer_is_kept_in_their_session(client: Client) -> None:
    post(client, ONE, "a")
    post(client, ONE, "c")
    page = text(client.get(ONE))
    assert "reason for c" in page
    assert "correctly before" in page
    assert not Attempt.objects.exists()


def test_visitors_do_not_see_each_others_answers(client: Client) -> None:
    post(client, ONE, "b")
    assert "reason for" not in text(Client().get(ONE))


def test_students_do_not_see_each_others_answers(client: Client, student: User) -> None:
    post(client, ONE, "b")
    other = Client()
    other.force_login(User.objects.create_user("grace@example.org", name="Grace"))
    assert "reason for" not in text(other.get(ONE))


@pytest.mark.parametrize(
    ("url", "choices", "says"),
    [
        (ONE, [], "Nothing was chosen yet"),
        (SEVERAL, [], "Nothing was chosen yet"),
        (ONE, ["z"], "does not belong to this question"),
        (ONE, ["a", "b"], "This question has one answer"),
    ],
)
def test_what_is_no_answer_comes_back_with_a_sentence(
    client: Client, student: User, url: str, choices: list[str], says: str
) -> None:
    for answer in (post(client, url, *choices), client.post(url, {"choice": choices})):
        assert answer.status_code == 400
        assert says in text(answer)
        assert "<form" in text(answer)
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "/courses/essentials/chapter-1/quiz/no-such/",
        "/courses/essentials/chapter-1/quiz/introduction/",
        "/courses/essentials/chapter-9/quiz/q-one/",
        "/courses/elsewhere/chapter-1/quiz/q-one/",
        "/courses/essentials/chapter-2/quiz/q-one/",
    ],
)
def test_there_is_no_such_question(client: Client, student: User, chapter: Chapter, url: str) -> None:
    build_chapter(build_course("other"), 1)
    build_chapter(chapter.course, 2, live=False)
    assert client.get(url).status_code == 404
    assert post(client, url, "a").status_code == 404


def test_a_question_that_left_the_text_is_gone_and_its_attempts_stay(
    client: Client, student: User, chapter: Chapter
) -> None:
    post(client, ONE, "a")
    edit_chapter(chapter, quizzes={"q-two": build_question("a", "b")}, projects={"predict": build_project()})
    assert client.get(ONE).status_code == 410
    assert Attempt.objects.count() == 1


def test_reading_a_question_writes_nothing(client: Client) -> None:
    for read in (client.get, client.head):
        read(ONE)
        read(ONE, headers=HTMX)
    assert Session.objects.count() == 0
    assert Attempt.objects.count() == 0


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_it_knows_no_other_methods(client: Client, method: str) -> None:
    assert getattr(client, method)(ONE).status_code == 405


def test_an_answer_from_elsewhere_is_refused() -> None:
    assert Client(enforce_csrf_checks=True).post(ONE, {"choice": "a"}).status_code == 403
    assert Session.objects.count() == 0


def test_no_cache_may_keep_it(client: Client, student: User) -> None:
    assert client.get(ONE).headers["Cache-Control"] == "private, no-store"
    assert post(client, ONE, "a").headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("attempts", [1, 10])
def test_its_cost_does_not_grow_with_attempts(
    client: Client, student: User, attempts: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(attempts):
        post(client, ONE, "b")
    with django_assert_num_queries(4):  # session, student, question, last attempt
        client.get(ONE)
    with django_assert_num_queries(5):  # session, student, question, attempt kept, solved before?
        post(client, ONE, "b")


def test_a_visitor_costs_one_query(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        client.get(ONE)
