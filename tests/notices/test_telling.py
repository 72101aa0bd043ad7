from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import Http404
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from apps.accounts.models import User
from apps.notices.access import list_notices, load_notice
from apps.notices.models import Kind, Notice, Pace, Wishes
from apps.notices.reading import count_unread, mark_read
from apps.notices.telling import tell, told
from tests.conduct.people import build_person

pytestmark = pytest.mark.django_db


def say(people: list[User], kind: Kind = Kind.REPLY, event: str = "thing:1", actor: User | None = None) -> list[int]:
    return tell(
        [person.pk for person in people],
        kind=kind,
        event=event,
        subject="Why 10?" * 50,
        address="/discussions/1/#post-1",
        actor=actor,
        group="thread:1",
    )


def test_an_event_tells_everybody_once_and_nobody_of_what_they_did() -> None:
    ada, bob, cy = (build_person(name) for name in ("Ada", "Bob", "Cy"))
    assert say([ada, bob, ada], actor=ada) == [bob.pk]
    assert say([ada, bob, cy], actor=ada, kind=Kind.FOLLOWED) == [cy.pk]
    assert count_unread(bob) == count_unread(cy) == 1
    assert count_unread(ada) == 0


@pytest.mark.parametrize("count", [1, 10])
def test_telling_one_costs_as_much_as_telling_ten(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    people = [build_person(f"P{n}") for n in range(count)]
    with django_assert_num_queries(3):  # the statement, and the savepoint around it
        assert len(say(people)) == count


def test_wishes_are_kept() -> None:
    ada, bob, cy = (build_person(name) for name in ("Ada", "Bob", "Cy"))
    Wishes.objects.create(person=ada, paces={"reply": "at_once"})
    Wishes.objects.create(person=bob, paces={"reply": "never"}, unshown=["reply", "decision"])
    Wishes.objects.create(person=cy, unshown=["reply"])
    assert say([ada, bob, cy]) == [ada.pk, cy.pk]
    assert Notice.objects.get(recipient=ada).pace == Pace.AT_ONCE
    assert (count_unread(ada), count_unread(cy)) == (1, 0)
    assert say([bob], kind=Kind.DECISION, event="act:1") == [bob.pk]


def test_whose_account_is_closed_hears_of_decisions_only() -> None:
    ada = build_person("Ada")
    ada.is_active = False
    ada.save()
    assert say([ada]) == []
    assert say([ada], kind=Kind.DECISION, event="act:1") == [ada.pk]


def test_whoever_shows_notices_hears_after_the_commit(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    ada, heard = build_person("Ada"), []

    def hear(*, people: list[int], **signal: object) -> None:
        heard.extend(people)

    told.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            say([ada])
            assert heard == []
    finally:
        told.disconnect(hear)
    assert heard == [ada.pk]


@pytest.mark.django_db(transaction=True)
def test_the_same_event_told_by_many_at_once_is_told_once() -> None:
    people, start, news = [build_person(f"P{n}") for n in range(20)], threading.Barrier(4), []

    def run() -> None:
        start.wait()
        news.extend(say(people))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(news) == sorted(person.pk for person in people)


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "/\\evil.example", ""])
def test_the_database_lets_no_notice_lead_away(address: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        tell([build_person("Ada").pk], kind=Kind.REPLY, event="x", subject="", address=address)


def test_notices_are_read_by_whose_they_are() -> None:
    ada, bob = build_person("Ada"), build_person("Bob")
    say([ada, bob])
    notice = list_notices(ada).get()
    assert load_notice(ada, notice.pk) == notice
    with pytest.raises(Http404):
        load_notice(bob, notice.pk)
    assert mark_read(actor=bob, up_to=10**9) == 1
    assert mark_read(actor=ada, up_to=notice.pk - 1) == 0
    assert mark_read(actor=ada, up_to=notice.pk, group="thread:2") == 0
    assert mark_read(actor=ada, up_to=notice.pk, group="thread:1") == 1
    assert count_unread(ada) == 0


def test_what_is_told_goes_with_its_recipient_and_outlives_its_actor() -> None:
    ada, bob = build_person("Ada"), build_person("Bob")
    say([bob], actor=ada)
    ada.delete()
    assert Notice.objects.get().actor is None
    bob.delete()
    assert not Notice.objects.exists()
