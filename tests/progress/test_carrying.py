from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from redis import Redis

from apps.accounts.models import User
from apps.courses.models import Chapter
from apps.progress.carrying import carry
from apps.progress.models import Place, SectionRead
from apps.progress.recording import keep_places, keep_sections
from apps.quizzes.models import Attempt
from apps.quizzes.visits import KEY, Visit
from tests.accounts.people import build_person, enter_code, log_in, newest_mail, sign_up
from tests.quizzes.chapters import build_chapter, edit_chapter

from .pages import open_page
from .students import build_student, send_answer, send_reading

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def written(chapter: Chapter) -> Chapter:
    return chapter


@pytest.fixture
def people(valkey: Redis, tmp_path: Path, settings: Settings) -> None:
    """Mails go to a mailbox of the test's own, and no limit on attempts was used up by another test."""
    settings.EMAIL_BACKEND = "apps.accounts.mailbox.MailboxBackend"
    settings.MAILBOX = tmp_path / "mail"


def visit_chapter(client: Client) -> None:
    send_reading(client, "introduction", "quiz", place="quiz")
    send_answer(client, "q-one", "a")
    send_answer(client, "q-one", "b")
    send_answer(client, "q-two", "c")


def find(chapter: Chapter, key: str) -> int:
    return chapter.items.get(key=key).pk


def list_kept(user: User) -> tuple[list[str], list[str], list[tuple[str, list[str], bool]]]:
    """Sections read, places and attempts, by key."""
    attempts = Attempt.objects.filter(user=user).order_by("created_at")
    return (
        sorted(SectionRead.objects.filter(user=user).values_list("item__key", flat=True)),
        list(Place.objects.filter(user=user).values_list("item__key", flat=True)),
        [(one.item.key, one.choices, one.correct) for one in attempts],
    )


KEPT = (["introduction", "quiz"], ["quiz"], [("q-one", ["a"], True), ("q-one", ["b"], False), ("q-two", ["c"], False)])


def test_signing_up_keeps_what_the_visitor_did(client: Client, people: None) -> None:
    visit_chapter(client)
    sign_up(client)
    assert not SectionRead.objects.exists(), "nobody is logged in before the code"
    enter_code(client, newest_mail().code)

    user = User.objects.get()
    assert list_kept(user) == KEPT
    assert KEY not in client.session
    assert open_page(client)["state"] == {
        "read": ["introduction", "quiz"],
        "place": "quiz",
        "answered": {"q-one": {"correct": True}, "q-two": {"correct": False}},
        "finished": False,
    }


def test_logging_in_keeps_what_the_visitor_did(client: Client, people: None) -> None:
    user = build_person()
    visit_chapter(client)
    log_in(client)
    assert list_kept(user) == KEPT
    assert KEY not in client.session


def test_the_next_visitor_of_a_browser_starts_anew(client: Client, people: None) -> None:
    build_person()
    visit_chapter(client)
    log_in(client)
    client.post("/accounts/logout/")
    assert open_page(client)["state"]["read"] == []
    grace = build_person("grace@example.org", name="Grace")
    log_in(client, "grace@example.org")
    assert list_kept(grace) == ([], [], [])


def test_times_are_those_of_the_visit(client: Client) -> None:
    before = timezone.now()
    visit_chapter(client)
    after = timezone.now()
    user = build_student()
    client.force_login(user)
    times = [
        *SectionRead.objects.values_list("read_at", flat=True),
        *Place.objects.values_list("updated_at", flat=True),
    ]
    times += Attempt.objects.values_list("created_at", flat=True)
    assert all(before <= time <= after for time in times)


def test_carrying_twice_is_carrying_once(client: Client) -> None:
    visit_chapter(client)
    session = client.session
    notes = session[KEY]
    user = build_student()
    for _ in range(2):
        again = SessionStore()
        again[KEY] = notes
        carry(visit=Visit(again), user=user)
    assert list_kept(user) == KEPT


def test_a_newer_place_of_their_own_stays(client: Client, chapter: Chapter) -> None:
    user = build_student()
    send_reading(client, place="quiz")
    keep_places(user=user, places={find(chapter, "introduction"): timezone.now() + timedelta(minutes=1)})
    client.force_login(user)
    assert list_kept(user)[1] == ["introduction"]


def test_an_older_place_of_their_own_gives_way(client: Client, chapter: Chapter) -> None:
    user = build_student()
    keep_places(user=user, places={find(chapter, "introduction"): LONG_AGO})
    send_reading(client, place="quiz")
    client.force_login(user)
    assert list_kept(user)[1] == ["quiz"]


def test_what_was_read_before_keeps_its_time(client: Client, chapter: Chapter) -> None:
    user = build_student()
    keep_sections(user=user, read={find(chapter, "introduction"): LONG_AGO})
    send_reading(client, "introduction", "quiz")
    client.force_login(user)
    assert SectionRead.objects.get(item__key="introduction").read_at == LONG_AGO
    assert list_kept(user)[0] == ["introduction", "quiz"]


def test_attempts_of_their_own_stay(client: Client, chapter: Chapter) -> None:
    user = build_student()
    Attempt.objects.create(user=user, item=chapter.items.get(key="q-two"), choices=["a", "b"], correct=True)
    visit_chapter(client)
    client.force_login(user)
    assert open_page(client)["state"]["answered"]["q-two"] == {"correct": True}
    assert Attempt.objects.count() == 4


def test_what_left_the_text_meanwhile_is_kept(client: Client, chapter: Chapter) -> None:
    visit_chapter(client)
    edit_chapter(chapter, ("introduction",))
    user = build_student()
    client.force_login(user)
    assert list_kept(user) == KEPT


def test_every_chapter_is_carried(client: Client, chapter: Chapter) -> None:
    build_chapter(chapter.course, 2)
    visit_chapter(client)
    send_reading(client, "introduction", place="introduction", url="/courses/essentials/chapter-2/")
    user = build_student()
    client.force_login(user)
    assert Place.objects.filter(user=user).count() == 2
    assert SectionRead.objects.filter(user=user).count() == 3


def test_a_visit_in_which_nothing_was_done_costs_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = build_student()
    with django_assert_num_queries(0):
        carry(visit=Visit(SessionStore()), user=user)


@pytest.mark.parametrize("rows", [1, 10])
def test_the_cost_does_not_grow_with_chapters(
    client: Client, chapter: Chapter, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(2, rows + 1):
        build_chapter(chapter.course, number)
    for number in range(1, rows + 1):
        url = f"/courses/essentials/chapter-{number}/"
        send_reading(client, "introduction", "quiz", place="quiz", url=url)
        send_answer(client, "q-one", "a", url=url)
    visit, user = Visit(SessionStore(client.session.session_key)), build_student()
    assert visit.everything()
    with django_assert_num_queries(8):  # a savepoint around six
        carry(visit=visit, user=user)
    assert Attempt.objects.count() == rows


def test_logging_in_without_notes_leaves_the_session_as_it_is(client: Client) -> None:
    client.force_login(build_student())
    assert KEY not in client.session
    assert Session.objects.count() == 1
