"""Authors bring back what they have taken back, for a day, and not past moderators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.conduct.models import Sanction
from apps.conduct.sanctioning import silence
from apps.discussions.editing import bring_back, edit, withdraw
from apps.discussions.limits import RETURNS_WITHIN
from apps.discussions.models import Edit, Post, State, Thread
from apps.discussions.refusals import Refusal
from apps.discussions.voting import vote
from apps.moderation.hiding import HIDING, change_post
from apps.moderation.settling import Fate, Remedy, agree, ignore
from tests.conduct.people import reload
from tests.moderation.cases import Case

from .talks import build_reply, path_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return Case()


def test_a_post_comes_back_as_it_was_and_is_counted_again(client: Client, case: Case) -> None:
    post = case.spam
    edit(actor=case.eve, post=post, body="Buy silver.")
    vote(actor=case.ada, post=post, value=1)
    client.force_login(case.eve)
    page, address = path_of(post.thread), f"{path_of(post.thread)}posts/{post.pk}/withdrawal/"
    assert "For a day you can bring it back" in client.get(address).content.decode()
    assert "For a day you can bring it back, where it stood." in client.post(address, follow=True).content.decode()
    assert (case.read().state, case.read().thread.replies) == (State.DELETED, 0)
    assert f'href="{address}">Bring it back' in client.get(page).content.decode(), (
        "nobody answered it, and yet it is shown"
    )
    assert "Buy silver." in client.get(address).content.decode()
    shown = client.post(address, {"undo": "1"}, follow=True).content.decode()
    assert "Your post is back where it stood." in shown
    assert "Buy silver." in shown
    client.post(address, {"undo": "1"})
    back = case.read()
    assert (back.state, back.withdrawn_at, back.thread.replies, back.ups) == (State.VISIBLE, None, 1, 1)
    assert Edit.objects.get(post=post).body == "Buy gold."


def test_nobody_else_is_offered_it_or_may(client: Client, case: Case) -> None:
    withdraw(actor=case.eve, post=case.spam)
    below = build_reply(case.first, case.ada)
    address = f"{path_of(below.thread)}posts/{case.spam.pk}/withdrawal/"
    for person, status in ((None, 403), (case.ada, 403), (case.mo, 403)):
        if person:
            client.force_login(person)
        assert "Bring it back" not in client.get(path_of(below.thread)).content.decode()
        assert client.post(address, {"undo": "1"}).status_code == status
    assert case.read().state == State.DELETED


def lock(case: Case) -> None:
    Thread.objects.filter(pk=case.first.thread_id).update(locked_at=timezone.now())


def hide_thread(case: Case) -> None:
    Thread.objects.filter(pk=case.first.thread_id).update(state=Thread.State.HIDDEN)


def let_a_day_pass(case: Case) -> None:
    Post.objects.filter(pk=case.spam.pk).update(withdrawn_at=timezone.now() - RETURNS_WITHIN - timedelta(minutes=1))


def silence_eve(case: Case) -> None:
    silence(actor=case.mo, person=case.eve, course=case.chapter.course, reason="Noise", ends_at=None)


def warn_eve(case: Case) -> None:
    remedy = Remedy(fate=Fate.KEEP, sanction=Sanction.Kind.WARN)
    agree(actor=case.mo, item=case.item(), version=case.item().version, reason="Spam.", remedy=remedy)


@pytest.mark.parametrize("bar", [lock, hide_thread, let_a_day_pass, silence_eve, warn_eve])
def test_it_stays_away(case: Case, bar: Callable[[Case], None]) -> None:
    case.flag()
    withdraw(actor=case.eve, post=case.spam)
    bar(case)
    with pytest.raises(Refusal):
        bring_back(actor=reload(case.eve), post=case.spam)
    assert case.read().state == State.DELETED


def test_flags_that_moderators_left_alone_are_no_bar_and_open_ones_wait_on(case: Case) -> None:
    case.flag()
    withdraw(actor=case.eve, post=case.spam)
    bring_back(actor=case.eve, post=case.spam)
    assert case.item().state == "open"
    withdraw(actor=case.eve, post=case.spam)
    ignore(actor=case.mo, item=case.item(), version=case.item().version, reason="")
    assert bring_back(actor=case.eve, post=case.spam).state == State.VISIBLE


def test_what_moderators_had_hidden_does_not_come_back_by_a_detour(client: Client, case: Case) -> None:
    change_post(actor=case.mo, post=case.spam, way=HIDING, reason="Spam.")
    client.force_login(case.eve)
    address = f"{path_of(case.first.thread)}posts/{case.spam.pk}/withdrawal/"
    assert "you cannot bring it back" in client.get(address).content.decode()
    assert "you can bring it back" not in client.post(address, follow=True).content.decode()
    answer = client.post(address, {"undo": "1"})
    assert (answer.status_code, case.read().state) == (409, State.DELETED)
    assert "stays deleted" in answer.content.decode()


def test_a_thread_s_first_post_comes_back_too(case: Case) -> None:
    withdraw(actor=case.ada, post=case.first)
    assert bring_back(actor=case.ada, post=case.first).state == State.VISIBLE
    assert case.read(case.first).thread.replies == 1
