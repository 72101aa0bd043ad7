"""Whoever has looked at posts has read what they were told of them."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.discussions.accepting import accept
from apps.discussions.models import Post, ReadMark, Thread
from apps.notices.models import Notice
from apps.runs.tickets import check
from tests.conduct.people import build_person
from tests.notices.builders import build_question, say, write

from .talks import build_chapter, build_thread, path_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return build_person("Ada")


@pytest.fixture
def bob() -> User:
    return build_person("Bob")


def unread(person: User) -> set[str]:
    return set(Notice.objects.filter(recipient=person, read_at=None).values_list("event", flat=True))


def look(client: Client, newest: Post, **fields: object) -> int | None:
    """How many notices are left, where some were read by it."""
    answer = client.post(f"{path_of(newest.thread)}reading/", {"parent": newest.pk} | fields)
    return answer.json()["unread"] if answer.status_code == 200 else None


def test_notices_are_read_with_the_posts_that_were_looked_at_and_no_others(
    client: Client, ada: User, bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    question = build_question(ada)
    one, two, three = (write(question, bob) for _ in range(3))
    say(ada)
    client.force_login(ada)
    assert look(client, three) is None, "the page was shown, and nobody looked"
    assert ReadMark.objects.get(person=ada).last_post_id == three.pk
    assert look(client, three, seen=f"{question.pk},{two.pk}") == 3
    assert look(client, three, seen=f"{two.pk}") is None
    assert unread(ada) == {f"post:{one.pk}", f"post:{three.pk}", "thing:1"}
    many = ",".join(str(number) for number in range(two.pk, two.pk + 250))
    with django_assert_max_num_queries(14):
        assert look(client, three, seen=many) == 2
    client.force_login(bob)
    look(client, three, seen=f"{one.pk}")
    assert unread(ada) == {f"post:{one.pk}", "thing:1"}, "everybody reads their own"


def test_an_acceptance_is_read_with_its_post(client: Client, ada: User, bob: User) -> None:
    answer = write(build_question(ada), bob)
    accept(actor=ada, post=answer)
    client.force_login(bob)
    assert look(client, answer, seen=answer.pk) == 0


def test_without_scripts_a_button_says_that_everything_up_to_there_is_read(
    client: Client, ada: User, bob: User
) -> None:
    question = build_question(ada)
    one, two, later = (write(question, bob) for _ in range(3))
    elsewhere = build_thread(build_chapter("other"), ada)
    say(ada, event=f"post:{elsewhere.pk}", group=f"thread:{elsewhere.thread_id}")
    client.force_login(ada)
    assert client.post(f"{path_of(question.thread)}reading/", {"parent": two.pk, "back": "1"}).status_code == 302
    assert unread(ada) == {f"post:{later.pk}", f"post:{elsewhere.pk}"}
    assert one.pk < two.pk


@pytest.mark.parametrize("seen", ["x", "1,", "1;2", "-1", "1" * 5000])
def test_nonsense_is_not_found(client: Client, ada: User, bob: User, seen: str) -> None:
    question = build_question(ada)
    client.force_login(bob)
    answer = client.post(f"{path_of(question.thread)}reading/", {"parent": question.pk, "seen": seen})
    assert answer.status_code == 404
    assert not ReadMark.objects.exists()


def test_a_page_hears_its_thread_and_its_reader_on_one_connection(client: Client, ada: User, bob: User) -> None:
    question = build_question(ada)
    write(question, bob)
    address, thread = f"{path_of(question.thread)}tickets/", f"thread:{question.thread_id}"
    for person, room, count in ((None, thread, 0), (ada, f"{thread},person:{ada.pk}", 1)):
        if person:
            client.force_login(person)
        answer = client.post(address).json()
        events = urlsplit(answer["events_url"])
        assert events.path == f"/rooms/{room}/events"
        assert check(settings.TICKET_KEY, parse_qs(events.query)["ticket"][0], run=room, now=0).user == str(
            person.pk if person else ""
        )
        assert answer["unread"] == count
    assert client.get(address).status_code == 405
    Thread.objects.update(state=Thread.State.HIDDEN)
    client.force_login(bob)
    assert client.post(address).status_code == 404, "whoever may not read it hears nothing of it"
