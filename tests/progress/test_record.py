from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.courses.models import Chapter
from apps.progress.models import Place, SectionRead
from apps.quizzes.visits import Visit
from tests.quizzes.chapters import build_chapter, build_course, edit_chapter

from .pages import open_page
from .students import CHAPTER, send_answer, send_reading

pytestmark = pytest.mark.django_db
URL = f"{CHAPTER}progress/"


@pytest.fixture(autouse=True)
def written(chapter: Chapter) -> Chapter:
    return chapter


def read_keys(user: User) -> list[str]:
    return sorted(SectionRead.objects.filter(user=user).values_list("item__key", flat=True))


def send(client: Client, body: bytes | str) -> Any:
    return client.post(URL, body, content_type="application/json")


def test_it_keeps_sections_and_the_place(client: Client, student: User) -> None:
    assert send_reading(client, "introduction", "quiz", place="quiz").status_code == 204
    assert read_keys(student) == ["introduction", "quiz"]
    assert Place.objects.get().item.key == "quiz"


def test_saying_it_again_changes_nothing_but_the_place(client: Client, student: User) -> None:
    send_reading(client, "introduction", place="introduction")
    first = SectionRead.objects.get()
    send_reading(client, "introduction", "introduction", "quiz", place="quiz")
    assert read_keys(student) == ["introduction", "quiz"]
    assert SectionRead.objects.get(pk=first.pk).read_at == first.read_at
    assert Place.objects.get().item.key == "quiz"


@pytest.mark.parametrize("body", ['{"read": ["quiz"]}', '{"read": ["quiz"], "place": null}'])
def test_the_place_may_be_left_out(client: Client, student: User, body: str) -> None:
    send_reading(client, place="introduction")
    assert send(client, body).status_code == 204
    assert Place.objects.get().item.key == "introduction"


def test_nothing_new_is_fine(client: Client, student: User) -> None:
    assert send(client, "{}").status_code == 204
    assert not SectionRead.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "read",
        b"\xff\xfe",
        "[]",
        "null",
        "7",
        '{"read": "introduction"}',
        '{"read": null}',
        '{"read": [7]}',
        '{"read": [["introduction"]]}',
        '{"read": [], "place": 7}',
        '{"read": [], "place": {"key": "quiz"}}',
        "[" * 10_000,
        json.dumps({"read": ["introduction"] * 2_000}),
    ],
)
def test_what_no_page_sends_is_refused_with_a_sentence(client: Client, student: User, body: str | bytes) -> None:
    answer = send(client, body)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")
    assert not SectionRead.objects.exists()


@pytest.mark.parametrize("key", ["nowhere", "q-one", "predict", "", "\x00", "elsewhere", "\ud800"])
def test_a_key_that_is_no_section_of_the_chapter_is_refused(client: Client, student: User, key: str) -> None:
    build_chapter(Chapter.objects.get().course, 2, sections=("elsewhere",))
    answer = send_reading(client, "introduction", key)
    assert answer.status_code == 400
    assert "no section" in answer.json()["error"]
    assert not SectionRead.objects.exists(), "all or nothing"
    if key:
        assert send_reading(client, place=key).status_code == 400
    assert not Place.objects.exists()


def test_a_page_opened_before_an_edit_still_counts(client: Client, student: User, chapter: Chapter) -> None:
    edit_chapter(chapter, ("introduction",))
    assert send_reading(client, "quiz", place="quiz").status_code == 204
    assert read_keys(student) == ["quiz"]
    assert open_page(client)["outline"][0][2] is False


def test_there_is_no_such_chapter(client: Client, student: User) -> None:
    assert send_reading(client, url="/courses/essentials/chapter-9/").status_code == 404
    assert send_reading(client, url="/courses/elsewhere/chapter-1/").status_code == 404


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete"])
def test_it_is_for_posting_only(client: Client, student: User, method: str) -> None:
    assert getattr(client, method)(URL).status_code == 405


@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_it_takes_no_reading_from_elsewhere(student: User, kind: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(student)
    answer = client.post(URL, '{"read": ["quiz"]}', content_type=kind)
    assert answer.status_code == 403
    assert not SectionRead.objects.exists()


def test_a_visitors_reading_stays_with_them(client: Client) -> None:
    assert send_reading(client, "introduction", place="introduction").status_code == 204
    assert send_reading(client, "quiz").status_code == 204
    state = open_page(client)["state"]
    assert (state["read"], state["place"]) == (["introduction", "quiz"], "introduction")
    assert not SectionRead.objects.exists()
    assert Session.objects.count() == 1


def test_a_refused_reading_makes_no_session(client: Client) -> None:
    assert send_reading(client, "nowhere").status_code == 400
    assert Session.objects.count() == 0


def test_a_visitors_requests_lose_nothing_of_each_other(client: Client) -> None:
    """A request that loaded the session before another one stored its notes must add to them."""
    send_reading(client, "introduction")
    stale = SessionStore(client.session.session_key)
    stale.get("anything")
    send_answer(client, "q-one", "a")

    with Visit(stale).noting(Chapter.objects.get().pk) as notes:
        notes["read"]["quiz"] = "2026-11-23T00:00:00+00:00"

    state = open_page(client)["state"]
    assert (state["read"], state["answered"]) == (["introduction", "quiz"], {"q-one": {"correct": True}})


def test_a_visit_that_ended_in_another_tab_is_told_so(client: Client) -> None:
    send_reading(client, "introduction")
    stale = SessionStore(client.session.session_key)
    stale.get("anything")
    Session.objects.all().delete()

    with pytest.raises(SessionInterrupted, match="ended in another tab"), Visit(stale).noting(1):
        pass
    assert Session.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 10])
def test_its_cost_does_not_grow(
    client: Client, student: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sections = [f"section-{number}" for number in range(rows)]
    build_chapter(build_course("big"), 1, sections=sections)
    url = "/courses/big/chapter-1/"
    with django_assert_num_queries(7):  # session, student, sections; a savepoint around two statements
        send_reading(client, *sections, place=sections[0], url=url)
