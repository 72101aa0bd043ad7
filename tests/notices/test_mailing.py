"""Notices go out by mail: once, folded, and only what may still be told."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage as Parsed
from email.parser import BytesParser
from email.policy import default
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.discussions.models import State
from apps.discussions.posting import lock_parent
from apps.discussions.states import move_post
from apps.notices import claiming, mailing, tasks
from apps.notices.claiming import Round, find_rounds
from apps.notices.mailing import mail_some
from apps.notices.models import Kind, Notice, Pace, Wishes
from apps.notices.reading import mark_read
from apps.notices.wishing import keep_zone
from tests.conduct.people import build_person
from tests.courses.payloads import PAYLOADS
from tests.notices.builders import build_question, let_time_pass, say, wish, write

pytestmark = pytest.mark.django_db


def mail_all(pace: Pace = Pace.DAILY) -> int:
    """How many mails one round sends."""
    let_time_pass()
    before, after = len(mail.outbox), 0
    due = next(each for each in find_rounds(timezone.now()) if each.pace == pace)
    while (last := mail_some(due, after=after)) is not None:
        after = last
    return len(mail.outbox) - before


def let_claims_end() -> None:
    Notice.objects.exclude(claim=None).update(claimed_until=timezone.now() - timedelta(days=1))


def parse(letter: Any) -> Parsed:
    parsed = BytesParser(policy=default).parsebytes(letter.message().as_bytes())
    assert isinstance(parsed, Parsed)
    return parsed


def read(letter: Any, kind: str = "plain") -> str:
    part = parse(letter).get_body((kind,))
    assert part
    return str(part.get_content())


def test_several_of_one_thread_come_in_one_sentence_of_one_mail_and_once() -> None:
    ada = build_person("Ada")
    question = build_question(ada)
    for name in ("Bob", "Cy", "Dee"):
        write(question, build_person(name), f"Because *{name}* says so.")
    assert mail_all() == 1
    assert mail_all() == 0
    [letter] = mail.outbox
    assert letter.to == ["ada@example.org"]
    assert letter.subject == "Dee and 2 others answered you in “Why 10?”"
    for kind in ("plain", "html"):
        assert "Because *Dee* says so." in read(letter, kind)
        assert f"/discussions/{question.thread_id}/posts/" in read(letter, kind)
    assert Notice.objects.filter(mailed_at=None).count() == 0


def test_each_pace_goes_at_its_hour() -> None:
    people = {pace: build_person(pace.name.title()) for pace in Pace}
    for pace, person in people.items():
        wish(person, pace)
        say(person)
    told_at = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
    Notice.objects.update(created_at=told_at)
    sent = []
    for hours in (0, 1, 19, 20, 115, 116, 200):  # Thursday at 8 is 20 hours later, Monday at 8 116
        for due in find_rounds(told_at + timedelta(hours=hours)):
            mail_some(due)
        sent.append([letter.to[0].partition("@")[0] for letter in mail.outbox])
        mail.outbox.clear()
    assert sent == [[], ["at_once"], [], ["daily"], [], ["weekly"], []]


def test_digests_leave_in_the_morning_of_whoever_gets_them() -> None:
    zones = {"Auckland": "Pacific/Auckland", "Delhi": "Asia/Kolkata", "Lima": "America/Lima", "Nowhere": ""}
    for name, zone in zones.items():
        for pace in (Pace.DAILY, Pace.WEEKLY):
            person = build_person(f"{name}-{pace}")
            wish(person, pace)
            assert not zone or keep_zone(person=person, zone=zone)
            say(person)
    told_at = datetime(2026, 11, 26, 13, 1, tzinfo=UTC)  # a Thursday, and after 8 everywhere west of New Zealand
    Notice.objects.update(created_at=told_at)
    left: dict[str, float] = {}
    for halves in range(240):
        for due in find_rounds(told_at + timedelta(hours=halves / 2)):
            mail_some(due)
        left |= {letter.to[0].partition("@")[0]: halves / 2 for letter in mail.outbox}
        mail.outbox.clear()
    days = {"auckland": 6, "delhi": 13.5, "lima": 24, "nowhere": 19}  # 19:00, 2:30 and 13:00 by UTC
    assert left == {f"{name}-daily": hours for name, hours in days.items()} | {
        f"{name}-weekly": hours + 72 for name, hours in days.items()
    }


def test_at_once_waits_a_minute_for_what_comes_with_it() -> None:
    ada = build_person("Ada")
    wish(ada, Pace.AT_ONCE)
    say(ada)
    [due] = [each for each in find_rounds(timezone.now()) if each.pace == Pace.AT_ONCE]
    assert mail_some(due) is None
    say(ada, "thing:2")
    Notice.objects.filter(event="thing:1").update(created_at=timezone.now() - claiming.FOLDING * 2)
    assert mail_some(Round(Pace.AT_ONCE, timezone.now() - claiming.FOLDING)) == ada.pk
    assert len(mail.outbox) == 1
    assert not Notice.objects.filter(mailed_at=None).exists()


def test_what_was_hidden_muted_or_read_meanwhile_is_not_mailed() -> None:
    ada, bob = build_person("Ada"), build_person("Bob")
    question = build_question(ada)
    hidden = write(question, bob, "Buy pills.")
    move_post(post=lock_parent(hidden.pk), to=State.HIDDEN)
    assert mail_all() == 0
    write(question, bob)
    mark_read(actor=ada, up_to=10**9)
    Notice.objects.update(created_at=timezone.now() - timedelta(days=9))
    assert mail_all() == 0, "she has seen it"
    hidden = write(question, bob, "Buy pills.")
    move_post(post=lock_parent(hidden.pk), to=State.HIDDEN)
    write(question, build_person("Cy"), "Nine and one.")
    assert mail_all() == 1
    assert "pills" not in read(mail.outbox[0]) + read(mail.outbox[0], "html")


def test_what_the_page_does_not_show_is_mailed() -> None:
    ada = build_person("Ada")
    Wishes.objects.create(person=ada, unshown=["followed"], paces={"followed": "daily"})
    say(ada)
    Notice.objects.update(read_at=timezone.now() - timedelta(days=8))
    assert mail_all() == 1


def test_a_closed_account_gets_decisions_only() -> None:
    ada = build_person("Ada")
    wish(ada, Pace.AT_ONCE)
    say(ada)
    say(ada, "act:1", Kind.DECISION, "")
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert mail_all(Pace.AT_ONCE) == 1
    assert mail.outbox[0].subject.startswith("Moderators decided")
    assert "List-Unsubscribe" not in mail.outbox[0].extra_headers


class Killed(BaseException):
    """As SIGKILL: nothing of ours catches it."""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_nobody_is_mailed_twice_when_the_mailer_is_killed_midway(moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "TOGETHER", 10)
    people = [build_person(f"P{number}") for number in range(claiming.TOGETHER * 2 + 3)]
    for person in people:
        wish(person, Pace.DAILY)
        say(person)
    let_time_pass()
    sent: list[str] = []
    fatal = claiming.TOGETHER + 5

    def send(_: EmailBackend, letters: Sequence[Any]) -> int:
        if moment == "before" and len(sent) == fatal:
            raise Killed
        sent.extend(letter.to[0] for letter in letters)
        if moment == "after" and len(sent) == fatal:
            raise Killed
        return len(letters)

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", send)
        with pytest.raises(Killed):
            mail_all()
    before = len(sent)
    mail_all()
    assert len(mail.outbox) == len(people) - 2 * claiming.TOGETHER, "what the dead one had in hand is still claimed"
    let_claims_end()
    mail_all()
    sent.extend(letter.to[0] for letter in mail.outbox)
    assert len(sent) == len(set(sent))
    missed = 1 if moment == "before" else 0  # the one that it was about to hand over: better none than two
    assert len(sent) == len(people) - missed
    assert before < len(sent)


@pytest.mark.django_db(transaction=True)
def test_mailers_at_once_share_the_people() -> None:
    people = [build_person(f"P{number}") for number in range(40)]
    for person in people:
        wish(person, Pace.DAILY)
        say(person)
    let_time_pass()
    due, start = Round(Pace.DAILY, timezone.now()), threading.Barrier(4)

    def work() -> None:
        start.wait()
        after: int | None = 0
        while after is not None:
            after = mail_some(due, after=after)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    mail_some(due)
    to = [letter.to[0] for letter in mail.outbox]
    assert sorted(to) == sorted(person.email for person in people)


def test_a_server_that_is_away_is_tried_again_and_a_refused_address_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = build_person("Ada")
    wish(ada, Pace.DAILY)
    say(ada)

    def break_off(*_: object) -> int:
        raise SMTPServerDisconnected("gone")

    def refuse(*_: object) -> int:
        raise SMTPRecipientsRefused({"ada@example.org": (550, b"unknown")})

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", break_off)
        with pytest.raises(SMTPServerDisconnected):
            mail_all()
        tasks.mail_digests()
    let_claims_end()
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", refuse)
        assert mail_all() == 0
    let_claims_end()
    assert mail_all() == 0
    assert Notice.objects.get().mailed_at


def test_a_mailer_that_was_too_slow_sends_nothing_that_another_has_claimed() -> None:
    ada = build_person("Ada")
    wish(ada, Pace.DAILY)
    say(ada)
    let_time_pass()
    due = Round(Pace.DAILY, timezone.now())
    slow, _ = claiming.claim(due)
    people = list(claiming.list_claimed(slow))
    let_claims_end()
    assert mail_some(due) == ada.pk
    assert not mailing.mark_mailed(slow, Wishes.objects.get(), pace=Pace.DAILY)
    assert len(people) == len(mail.outbox) == 1


@pytest.mark.parametrize("count", [1, 10])
def test_a_round_costs_a_mail_and_its_mark_for_each(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    question = build_question()
    for number in range(count):
        person = build_person(f"P{number}")
        wish(person, Pace.DAILY)
        Notice.objects.create(
            recipient=person,
            actor=question.author,
            kind=Kind.FOLLOWED,
            pace=Pace.DAILY,
            event=f"post:{question.pk}",
            subject="x",
            address="/",
        )
    let_time_pass()
    # Claim, notices, posts, who is muted, two for wishes; and the mark for each.
    with django_assert_num_queries(6 + count):
        mail_some(Round(Pace.DAILY, timezone.now()))
    assert len(mail.outbox) == count


def test_a_mail_stays_short_however_much_has_happened() -> None:
    ada = build_person("Ada")
    wish(ada, Pace.DAILY)
    for number in range(claiming.SHOWN + 7):
        say(ada, f"thing:{number}", group=f"thread:{number}")
    assert mail_all() == 1
    text = read(mail.outbox[0])
    assert text.count("wrote in") == claiming.SHOWN
    assert "And 7 more" in text
    assert mail.outbox[0].subject == f"{claiming.SHOWN} new notices from Kindling"
    assert mail_all() == 0


@pytest.mark.parametrize("payload", PAYLOADS[::3])
def test_hostile_words_stay_words(payload: str) -> None:
    ada, eve = build_person("Ada"), build_person("Eve")
    question = build_question(ada)
    question.thread.title = f"{payload[:100]}\r\nBcc: all@example.org"
    question.thread.save()
    write(question, eve, payload + "x" * 5_000)
    assert mail_all() == 1
    html = read(mail.outbox[0], "html")
    assert html.count("<") == html_of("plain").count("<")
    assert "Bcc" not in parse(mail.outbox[0])
    assert len(html) < 6_000


def html_of(words: str) -> str:
    """The same mail with harmless words."""
    item = {"sentence": words, "words": words, "url": "/"}
    told = {"name": "Ada", "items": [item], "more": 0, "site": "", "can_be_stopped": True}
    return render_to_string("notices/_letter.html", told | {"notices_url": "", "wishes_url": "", "stop_url": ""})


def test_only_one_mailer_works_at_a_time_and_leaves_the_next_to_another_task(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = build_person("Ada")
    wish(ada, Pace.DAILY)
    say(ada)
    let_time_pass()
    left: list[Any] = []
    monkeypatch.setattr("apps.notices.tasks.current_app.send_task", lambda name, args: left.append((name, args)))
    tasks.mail(Pace.DAILY)
    assert left == [("apps.notices.tasks.mail", [Pace.DAILY, ada.pk])]
    assert len(mail.outbox) == 1


def test_the_mail_back_end_is_asked_once_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[BaseEmailBackend] = []

    def enter(backend: BaseEmailBackend) -> BaseEmailBackend:
        opened.append(backend)
        return backend

    monkeypatch.setattr(BaseEmailBackend, "__enter__", enter)
    for number in range(3):
        say(build_person(f"P{number}"))
    mail_all(Pace.WEEKLY)
    assert len(opened) == 1
