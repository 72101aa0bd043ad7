"""The short way to the chapter page: who gets which bytes, how long they hold, and what ends it at once."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from apps.accounts.models import Role, User
from apps.accounts.roles import grant, withdraw
from apps.courses.models import Chapter
from apps.progress import answers, door
from apps.progress.frames import tighten
from tests.quizzes.chapters import SECTIONS, build_chapter, edit_chapter

from .pages import open_page
from .students import CHAPTER, build_run, build_student, send_answer, send_reading

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def written(chapter: Chapter) -> Chapter:
    return chapter


@pytest.fixture
def ordinary(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Ask for the page with the door shut."""

    def ask(client: Client) -> bytes:
        with monkeypatch.context() as shut:
            shut.setattr(door, "find_chapter", lambda path: None)
            return client.get(CHAPTER).content

    return ask


def ask_again(client: Client, answer: Any, **headers: str) -> Any:
    return client.get(CHAPTER, headers={"If-None-Match": answer.headers["ETag"], **headers})


def test_both_ways_lead_to_the_same_page(client: Client, student: User, ordinary: Any, chapter: Chapter) -> None:
    visitor, beginner = Client(), Client()
    send_reading(beginner, *SECTIONS, place="quiz")
    send_answer(beginner, "q-one", "b")
    build_run(student, chapter)
    send_reading(client, "quiz", place="quiz")
    for reader in (visitor, beginner, client):
        assert reader.get(CHAPTER).content == ordinary(reader)
        assert b"<!--" not in reader.get(CHAPTER).content


def test_visitors_share_one_page(client: Client) -> None:
    first, second = client.get(CHAPTER), Client().get(CHAPTER, {"from": "elsewhere"})
    assert first.content == second.content
    assert first.headers["ETag"] == second.headers["ETag"]
    assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert {"Cookie", "Accept-Encoding"} == set(first.headers["Vary"].split(", "))
    assert not first.cookies
    assert int(first.headers["Content-Length"]) == len(first.content)
    assert ask_again(Client(), first).status_code == 304


def test_visitors_are_given_it_compressed(client: Client) -> None:
    plain, small = client.get(CHAPTER), client.get(CHAPTER, headers={"Accept-Encoding": "gzip, br"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert int(small.headers["Content-Length"]) == len(small.content) < len(plain.content) / 2
    assert gzip.decompress(small.content) == plain.content
    again = ask_again(client, plain, **{"Accept-Encoding": "gzip"})
    assert (again.status_code, again.content) == (304, b"")
    assert "Content-Encoding" not in again.headers


def test_a_visitor_who_has_done_something_gets_their_own(client: Client) -> None:
    everybodys = client.get(CHAPTER)
    send_reading(client, "quiz")
    own = ask_again(client, everybodys)
    assert own.status_code == 200
    assert own.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in own.headers["Vary"]
    assert ask_again(client, own).status_code == 304
    assert Client().get(CHAPTER).content == everybodys.content


def test_a_page_that_has_not_changed_is_not_sent_again(client: Client, student: User, chapter: Chapter) -> None:
    seen = [client.get(CHAPTER)]
    assert seen[0].headers["Cache-Control"] == "private, no-cache"
    for change in (
        lambda: send_reading(client, "quiz", place="quiz"),
        lambda: send_answer(client, "q-one", "b"),
        lambda: build_run(student, chapter),
        lambda: User.objects.update(name="Ada L."),
        lambda: grant(actor=None, person=student, role=Role.EDITOR),
        lambda: build_chapter(chapter.course, 2),
        lambda: edit_chapter(chapter, SECTIONS),
    ):
        unchanged = ask_again(client, seen[-1])
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        change()
        seen.append(ask_again(client, seen[-1]))
        assert seen[-1].status_code == 200
    assert len({answer.headers["ETag"] for answer in seen}) == len(seen)


def test_two_students_never_get_one_page(client: Client, student: User) -> None:
    other = Client()
    other.force_login(build_student("grace@example.org"))
    User.objects.filter(email="grace@example.org").update(name="Grace")
    mine, hers = client.get(CHAPTER), ask_again(other, client.get(CHAPTER))
    assert (b">Ada<" in mine.content, b">Grace<" in mine.content) == (True, False)
    assert (b">Ada<" in hers.content, b">Grace<" in hers.content) == (False, True)
    assert hers.status_code == 200


def test_a_name_fills_no_hole(client: Client, student: User) -> None:
    User.objects.update(name="<!--finish--><b>")
    page = client.get(CHAPTER).content.decode()
    assert "&lt;!--finish--&gt;&lt;b&gt;</a>" in page
    assert page.count('id="finish"') == 1


def is_logged_in(client: Client) -> bool:
    page = client.get(CHAPTER).content
    assert (b"Log out" in page) != (b"Log in" in page)
    return b"Log out" in page


def test_what_ends_a_session_ends_it_at_once(client: Client, student: User) -> None:
    assert is_logged_in(client)
    User.objects.update(is_active=False)
    assert not is_logged_in(client)
    User.objects.update(is_active=True)
    assert is_logged_in(client)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not is_logged_in(client)
    Session.objects.update(expire_date=timezone.now() + timedelta(days=1))
    assert is_logged_in(client)
    held = client.cookies["session"].value
    client.post("/accounts/logout/")
    client.cookies["session"] = held
    assert not is_logged_in(client)


def test_a_new_password_ends_other_sessions_at_once(client: Client, student: User) -> None:
    assert is_logged_in(client)
    student.set_password("another one, and a long one")
    student.save()
    assert not is_logged_in(client)


def test_a_role_holds_from_the_next_page(client: Client, student: User) -> None:
    for change, holds in ((grant, True), (withdraw, False)):
        change(actor=None, person=student, role=Role.EDITOR)
        assert (b'href="/editing/"' in client.get(CHAPTER).content) is holds


@pytest.mark.parametrize("session", ["forged", "x" * 4000, "'; --"])
def test_a_session_that_was_never_there_is_a_visit(client: Client, session: str) -> None:
    client.cookies["session"] = session
    assert not is_logged_in(client)


def test_a_session_of_somebody_else_is_not_believed(client: Client, student: User) -> None:
    """The guess of whose a session is may be wrong; what the session says counts."""
    assert is_logged_in(client)
    other = Client()
    other.force_login(build_student("grace@example.org"))
    mine, hers = (Session.objects.get(pk=one.cookies["session"].value) for one in (client, other))
    Session.objects.filter(pk=mine.pk).update(session_data=hers.session_data)
    User.objects.filter(email="grace@example.org").update(name="Grace")
    page = client.get(CHAPTER).content
    assert b">Grace<" in page
    assert b">Ada<" not in page


def test_a_message_is_told_once_and_kept_by_no_cache(client: Client, student: User) -> None:
    told = CookieStorage(RequestFactory().get("/"))
    told.add(20, "Welcome back.")
    client.cookies["messages"] = str(told._encode(list(told._queued_messages)))
    answer = client.get(CHAPTER)
    assert b"Welcome back." in answer.content
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer.headers
    assert b"Welcome back." not in client.get(CHAPTER).content


def test_other_headers_protect_it_too(client: Client) -> None:
    answer, home = client.get(CHAPTER), client.get("/")
    for name in (
        "Content-Security-Policy",
        "X-Frame-Options",
        "X-Content-Type-Options",
        "Referrer-Policy",
        "Cross-Origin-Opener-Policy",
        "Content-Type",
    ):
        assert answer.headers[name] == home.headers[name]
    assert client.get(CHAPTER, headers={"host": "elsewhere.example"}).status_code == 400
    assert client.post(CHAPTER).status_code == 405
    assert client.head(CHAPTER).headers["ETag"] == answer.headers["ETag"]


def test_a_text_is_looked_for_once_a_second(
    client: Client,
    chapter: Chapter,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """A visitor may find a text for a second longer than it is there; who is logged in never does."""
    monkeypatch.setattr(answers, "FRESH_S", 1.0)
    clock = [1000.0]
    monkeypatch.setattr(answers, "monotonic", lambda: clock[0])
    monkeypatch.setattr(answers, "_found", {})
    client.get(CHAPTER)
    edit_chapter(chapter, ("introduction", "more"))
    with django_assert_num_queries(0):
        assert "more" not in str(open_page(client)["outline"])
    clock[0] += 1
    assert "more" in str(open_page(client)["outline"])


def test_the_mailbox_is_shown_to_this_machine_alone(client: Client, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "apps.accounts.mailbox.MailboxBackend"
    assert b'href="/mailbox/"' in client.get(CHAPTER).content
    assert b'href="/mailbox/"' not in client.get(CHAPTER, headers={"X-Forwarded-For": "10.0.0.1"}).content


def test_a_page_is_tightened_where_nobody_sees_it() -> None:
    page = '<p>\n    a\n  <path d="M0 0"></path></p>\n\n<pre>\n  b\n\n  c</pre>\n  <textarea>\n d\n\n</textarea>'
    assert tighten(page) == '<p>\na\n<path d="M0 0"/></p>\n<pre>\n  b\n\n  c</pre>\n<textarea>\n d\n\n</textarea>'
