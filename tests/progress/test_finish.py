from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.courses.models import Chapter
from apps.progress.models import Finish
from tests.quizzes.chapters import SECTIONS, build_chapter, build_project, build_question, edit_chapter
from workers.protocol import State

from .pages import open_page
from .students import (
    CHAPTER,
    HTMX,
    answer_all,
    build_run,
    build_student,
    do_everything,
    send_answer,
    send_reading,
)

pytestmark = pytest.mark.django_db
URL = f"{CHAPTER}finish/"


@pytest.fixture(autouse=True)
def written(chapter: Chapter) -> Chapter:
    return chapter


def finish(client: Client) -> Any:
    """The context of the fragment that answers."""
    return client.post(URL, headers=HTMX).context


def list_missing(client: Client) -> list[tuple[str, str]]:
    return list(open_page(client)["missing"])


def test_it_finishes_what_is_complete(client: Client, chapter: Chapter, student: User) -> None:
    do_everything(student, chapter, client)
    assert list_missing(client) == []
    assert not Finish.objects.exists()
    assert finish(client)["finished_at"] == Finish.objects.get(user=student, chapter=chapter).finished_at
    assert open_page(client)["state"]["finished"]


def test_it_says_everything_that_is_missing(client: Client, student: User) -> None:
    assert finish(client)["finished_at"] is None
    assert list_missing(client) == [
        ("Read sections 1 to 3", "#introduction"),
        ("Answer questions 1 to 2 of the quiz", "#q-one"),
        ("Run “First prediction” until it reaches its goal", "#predict"),
    ]
    assert not Finish.objects.exists()


def test_one_unread_section_is_missing(client: Client, chapter: Chapter, student: User) -> None:
    send_reading(client, "introduction", "quiz")
    answer_all(student, chapter)
    build_run(student, chapter)
    assert list_missing(client) == [("Read section 2, Mini-Project", "#mini-project")]
    assert finish(client)["finished_at"] is None


def test_a_wrong_answer_is_asked_for_again(client: Client, chapter: Chapter, student: User) -> None:
    do_everything(student, chapter, client)
    student.attempts.filter(item__key="q-two").delete()
    send_answer(client, "q-two", "a")
    assert list_missing(client) == [("Try question 2 of the quiz again", "#q-two")]
    assert finish(client)["finished_at"] is None


@pytest.mark.parametrize(
    "fields",
    [
        {"goal_met": False},
        {"state": State.FAILED, "goal_met": True},
        {"state": State.STOPPED, "goal_met": True},
        {"state": State.TIMED_OUT, "goal_met": True},
        {"state": State.RUNNING, "finished_at": None, "goal_met": True},
    ],
)
def test_only_a_run_that_succeeded_and_met_the_goal_counts(
    client: Client, chapter: Chapter, student: User, fields: dict[str, Any]
) -> None:
    do_everything(student, chapter, client)
    student.runs.all().delete()
    build_run(student, chapter, **fields)
    assert [href for _, href in list_missing(client)] == ["#predict"]
    assert finish(client)["finished_at"] is None


def test_a_later_run_that_fails_takes_nothing_away(client: Client, chapter: Chapter, student: User) -> None:
    do_everything(student, chapter, client)
    build_run(student, chapter, state=State.FAILED, goal_met=False)
    assert finish(client)["finished_at"]


def test_what_others_did_does_not_count(client: Client, chapter: Chapter, student: User) -> None:
    grace, other = build_student("grace@example.org"), Client()
    other.force_login(grace)
    do_everything(grace, chapter, other)
    assert len(list_missing(client)) == 3
    assert finish(client)["finished_at"] is None
    assert not Finish.objects.exists()


def test_what_was_done_in_another_chapter_does_not_count(client: Client, chapter: Chapter, student: User) -> None:
    twin = build_chapter(chapter.course, 2)
    do_everything(student, twin, client)
    send_reading(client, *SECTIONS, url="/courses/essentials/chapter-2/")
    answer_all(student, twin)
    Finish.objects.create(user=student, chapter=twin)
    assert finish(client)["finished_at"] is None


def test_finishing_twice_is_finishing_once(client: Client, chapter: Chapter, student: User) -> None:
    do_everything(student, chapter, client)
    first = finish(client)["finished_at"]
    assert finish(client)["finished_at"] == first
    assert Finish.objects.count() == 1


def test_a_finished_chapter_stays_finished_when_its_text_grows(client: Client, chapter: Chapter, student: User) -> None:
    do_everything(student, chapter, client)
    finished_at = finish(client)["finished_at"]
    edit_chapter(chapter, (*SECTIONS, "new"), {"q-new": build_question("a")}, {"more": build_project()})
    assert finish(client)["finished_at"] == finished_at
    assert open_page(client)["finished_at"] == finished_at.isoformat()


def test_what_left_the_text_does_not_block(client: Client, chapter: Chapter, student: User) -> None:
    build_run(student, chapter)
    send_reading(client, "introduction")
    edit_chapter(chapter, ("introduction",))
    assert list_missing(client) == []
    assert finish(client)["finished_at"]


def test_without_scripts_it_leads_back_to_the_chapter(client: Client, chapter: Chapter, student: User) -> None:
    do_everything(student, chapter, client)
    answer = client.post(URL)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{CHAPTER}#finish")
    assert Finish.objects.exists()


def test_asking_does_not_finish(client: Client, chapter: Chapter, student: User) -> None:
    do_everything(student, chapter, client)
    assert client.get(URL, headers=HTMX).context["missing"] == []
    assert client.get(URL).headers["Location"] == f"{CHAPTER}#finish"
    assert not Finish.objects.exists()


def test_a_visitor_is_told_to_log_in(client: Client) -> None:
    send_reading(client, *SECTIONS)
    answer = client.post(URL, headers=HTMX)
    assert "Log in to finish it" in answer.content.decode()
    assert not Finish.objects.exists()


def test_it_takes_no_finish_from_elsewhere(chapter: Chapter, student: User, client: Client) -> None:
    do_everything(student, chapter, client)
    elsewhere = Client(enforce_csrf_checks=True)
    elsewhere.force_login(student)
    assert elsewhere.post(URL).status_code == 403
    assert not Finish.objects.exists()


def test_the_fragment_is_a_part_of_the_page(client: Client, student: User) -> None:
    page = client.get(CHAPTER)
    fragment = client.get(URL, headers=HTMX).content.decode()
    assert without_token(fragment) in without_token(page.content.decode())


def without_token(html: str) -> str:
    lines = [line.strip() for line in html.splitlines() if "csrfmiddlewaretoken" not in line]
    return "\n".join(line for line in lines if line)


def test_nothing_else_is_allowed(client: Client, student: User) -> None:
    for method in (client.put, client.patch, client.delete):
        assert method(URL).status_code == 405
    assert client.post("/courses/essentials/chapter-9/finish/").status_code == 404


@pytest.mark.parametrize("rows", [1, 10])
def test_its_cost_does_not_grow(
    client: Client, student: User, rows: int, chapter: Chapter, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    quizzes = {f"q-{number}": build_question("a") for number in range(rows)}
    edit_chapter(chapter, [f"section-{number}" for number in range(rows)], quizzes)
    client.get(CHAPTER)
    with django_assert_num_queries(5):  # session, student, savepoint around what is missing
        client.post(URL, headers=HTMX)
    do_everything(student, chapter, client)
    with django_assert_num_queries(7):  # … finished, and read again
        client.post(URL, headers=HTMX)
    assert Finish.objects.get().finished_at <= timezone.now()
