"""Flags, the queue, and what moderators decide."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from apps.conduct.access import is_silenced
from apps.conduct.filtering import add_filter
from apps.conduct.models import Act, Filter, Sanction, Verb
from apps.discussions.editing import edit, withdraw
from apps.discussions.models import State
from apps.discussions.refusals import NotAllowed, NotNow, Refusal, Unfit
from apps.discussions.trust import is_newcomer
from apps.moderation import hiding, settling
from apps.moderation.clearing import Chosen, clear
from apps.moderation.flagging import find_trust, flag, unflag
from apps.moderation.models import Flag, FlagReason, ReviewItem
from apps.moderation.refusals import Stale
from apps.moderation.settling import Fate, Remedy
from apps.notices.models import Kind, Notice
from tests.conduct.people import build_course, build_moderator, build_person, reload
from tests.discussions.talks import build_reply

from .cases import Case, build_admin, find_reason

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return Case()


def agree(case: Case, *, version: int | None = None, **remedy: object) -> list[Act]:
    item = case.item()
    wished = Remedy(**remedy)  # type: ignore[arg-type]
    return list(settling.agree(actor=case.mo, item=item, version=version or item.version, reason="Spam", remedy=wished))


def test_a_flag_is_given_once_taken_back_and_told_to_moderators(case: Case) -> None:
    given = case.flag()
    assert case.flag() == given
    assert {notice.recipient_id for notice in Notice.objects.filter(kind=Kind.QUEUE)} == {case.mo.pk, case.di.pk}
    unflag(actor=case.ada, post=case.spam)
    unflag(actor=case.ada, post=case.spam)
    assert case.item().state == ReviewItem.State.SETTLED
    case.flag()
    assert (case.item().state, case.item().score) == (ReviewItem.State.OPEN, 1.0)


def test_a_reason_can_ask_for_a_note(case: Case) -> None:
    other = FlagReason.objects.create(key="odd", label="Odd", position=99, needs_note=True)
    with pytest.raises(Unfit):
        flag(actor=case.ada, post=case.spam, reason=other, note=" ")
    with pytest.raises(NotAllowed):
        flag(actor=case.eve, post=case.spam, reason=find_reason())
    assert not Flag.objects.exists()


def test_several_flags_hide_a_post_until_a_moderator_has_seen_it(case: Case) -> None:
    case.flag_by_many(2)
    assert case.read().state == State.VISIBLE
    case.flag()
    item = case.item()
    assert (case.read().state, case.read().thread.replies, item.score) == (State.HIDDEN, 0, 3.0)
    assert (hidden := Act.objects.get(verb=Verb.HIDE)).actor is None
    assert Notice.objects.get(recipient=case.eve).address == f"/conduct/{hidden.pk}/"
    done = settling.disagree(actor=case.mo, item=item, version=item.version, reason="It is a joke")
    assert (case.read().state, case.read().thread.replies, done.reverts) == (State.VISIBLE, 1, hidden)
    assert set(Flag.objects.values_list("outcome", flat=True)) == {"disagreed"}
    with pytest.raises(NotNow, match="decided about it"):
        case.flag()
    for name in "abcd":
        case.flag(person=build_person(name))
    assert case.read().state == State.VISIBLE, "a moderator let it stand"


def test_what_an_admin_wrote_is_not_hidden_by_flags(case: Case) -> None:
    post = build_reply(case.first, build_admin())
    for name in "abcd":
        case.flag(post, build_person(name))
    assert case.read(post).state == State.VISIBLE
    with pytest.raises(NotAllowed):
        settling.agree(
            actor=case.mo, item=case.item(post), version=case.item(post).version, reason="X", remedy=Remedy()
        )


def test_who_was_right_weighs_more(case: Case) -> None:
    assert find_trust(case.ada) == 1
    for outcome, trust in (("agreed", 4 / 3), ("agreed", 1.5), ("disagreed", 1.2), ("ignored", 1.2)):
        post = build_reply(case.first, case.eve)
        case.flag(post)
        Flag.objects.filter(post=post).update(outcome=outcome, settled_at=post.created_at)
        assert find_trust(case.ada) == pytest.approx(trust)


def test_agreeing_hides_warns_and_tells_why(case: Case) -> None:
    case.flag()
    acts = agree(case, sanction=Sanction.Kind.SILENCE)
    assert [act.verb for act in acts] == [Verb.HIDE, Verb.SILENCE]
    assert {act.bulk and act.bulk.verb for act in acts} == {Verb.BULK}
    assert Act.objects.exclude(verb=Verb.CHARGE).count() == 3
    assert case.read().state == State.HIDDEN
    assert is_silenced(reload(case.eve), case.chapter.course_id)
    assert Notice.objects.filter(recipient=case.eve, kind=Kind.DECISION).count() == 2
    assert (case.item().settled_by, case.item().score) == (case.mo, 0)
    assert Flag.objects.get().outcome == "agreed"
    assert "agreed with your flag" in Notice.objects.get(recipient=case.ada, kind=Kind.FOLLOWED).facts["sentence"]


def test_a_post_is_edited_or_deleted_and_nothing_is_done_without_a_reason(case: Case) -> None:
    case.flag_by_many()
    item = case.item()
    for remedy, reason in ((Remedy(), " "), (Remedy(fate=Fate.KEEP), "X"), (Remedy(Fate.EDIT, "Buy gold."), "X")):
        with pytest.raises(Unfit):
            settling.agree(actor=case.mo, item=item, version=item.version, reason=reason, remedy=remedy)
    assert case.item().state == ReviewItem.State.OPEN
    agree(case, fate=Fate.EDIT, body="Buy nothing.")
    assert (case.read().state, case.read().body) == (State.VISIBLE, "Buy nothing.")
    assert sorted(Act.objects.filter(actor=case.mo).values_list("verb", flat=True)) == ["bulk", "edit", "restore"]
    case.flag()
    agree(case, fate=Fate.DELETE)
    assert case.read().state == State.DELETED


def test_a_confirmed_hiding_takes_the_place_of_the_site_s_and_restoring_clears_the_author(case: Case) -> None:
    case.flag_by_many()
    [confirmed] = agree(case)
    assert confirmed.reverts
    assert case.read().state_act == confirmed.pk
    assert is_newcomer(case.eve)
    hiding.change_post(actor=case.di, post=case.spam, way=hiding.RESTORING, reason="")
    assert not Act.objects.filter(person=case.eve, verb=Verb.HIDE, reverted_by=None).exists()


def test_held_posts_are_released_and_changed_ones_held(case: Case) -> None:
    held = build_reply(case.first, case.eve, note="Filter: gold")
    item = case.item(held)
    with pytest.raises(Unfit):
        settling.ignore(actor=case.mo, item=item, version=item.version, reason="")
    assert settling.disagree(actor=case.mo, item=item, version=item.version, reason="").verb == Verb.RELEASE
    assert case.read(held).state == State.VISIBLE
    add_filter(
        actor=case.mo, kind=Filter.Kind.WORD, pattern="SILVER", action=Filter.Action.HOLD, course=case.chapter.course
    )
    edit(actor=case.eve, post=held, body="Buy silver.")
    assert (case.read(held).state, case.item(held).why) == (State.HIDDEN, ReviewItem.Why.HELD)
    assert case.item(held).note == "Filter: silver"


def test_what_its_author_took_back_stays_away(case: Case) -> None:
    case.flag()
    withdraw(actor=case.eve, post=case.spam)
    with pytest.raises(NotNow, match="took this post back"):
        hiding.change_post(actor=case.mo, post=case.spam, way=hiding.RESTORING, reason="X")
    item = case.item()
    settling.disagree(actor=case.mo, item=item, version=item.version, reason="")
    assert case.read().state == State.DELETED


def test_tools_settle_what_waits(case: Case) -> None:
    case.flag()
    hiding.change_post(actor=case.mo, post=case.spam, way=hiding.HIDING, reason="Spam")
    assert (case.item().state, Flag.objects.get().outcome) == (ReviewItem.State.SETTLED, "agreed")


def test_a_claim_is_seen_and_bars_nobody(case: Case) -> None:
    case.flag()
    assert settling.claim(actor=case.mo, item=case.item())
    assert not settling.claim(actor=case.di, item=case.item())
    settling.unclaim(actor=case.di, item=case.item())
    assert case.item().claimed_by == case.mo
    settling.ignore(actor=case.di, item=case.item(), version=case.item().version, reason="")
    assert case.item().claimed_by is None


def test_the_second_of_two_is_told_what_the_first_decided(case: Case) -> None:
    case.flag()
    item = case.item()
    agree(case)
    with pytest.raises(Stale, match="Mo was faster"):
        settling.disagree(actor=case.di, item=item, version=item.version, reason="X")
    assert case.read().state == State.HIDDEN


def test_many_are_decided_at_once_under_one_act(case: Case) -> None:
    posts = [build_reply(case.first, case.eve, f"Buy {number}") for number in range(3)]
    for post in posts:
        case.flag(post)
    chosen = [Chosen(case.item(post).pk, case.item(post).version) for post in posts]
    case.flag(posts[2], build_person("Late"))
    [left] = clear(actor=case.mo, chosen=chosen, outcome="hide", reason="Spam")
    assert left.item == case.item(posts[2])
    parent = Act.objects.get(verb=Verb.BULK)
    assert sorted(act.target_id for act in parent.parts.all()) == sorted(post.pk for post in posts[:2])
    assert Act.objects.exclude(verb=Verb.CHARGE).count() == 3
    with pytest.raises(Refusal):
        clear(actor=case.di, chosen=chosen[:1], outcome="ignore", reason="")
    assert Act.objects.exclude(verb=Verb.CHARGE).count() == 3, "nothing done leaves nothing"


def test_a_moderator_of_another_course_has_no_say(case: Case) -> None:
    case.flag()
    stranger = build_moderator("Stranger", build_course("other"))
    item = case.item()
    for verb in (settling.ignore, settling.disagree):
        with pytest.raises(NotAllowed):
            verb(actor=stranger, item=item, version=item.version, reason="X")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_of_two_moderators_at_once_one_decides(round_: int) -> None:
    case = Case()
    case.flag()
    item, barrier = case.item(), threading.Barrier(2)
    heard: list[str] = []

    def decide(verb: Callable[[], object]) -> None:
        barrier.wait()
        try:
            verb()
            heard.append("done")
        except Stale as stale:
            heard.append(f"stale {stale.item.settled_by}")
        finally:
            connection.close()

    first = settling.agree
    ways: list[Callable[[], object]] = [
        lambda: first(actor=case.mo, item=item, version=item.version, reason="Spam", remedy=Remedy()),
        lambda: settling.disagree(actor=case.di, item=item, version=item.version, reason="Fine"),
    ]
    threads = [threading.Thread(target=decide, args=[way]) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = case.item().settled_by
    assert sorted(heard) == sorted(["done", f"stale {winner}"])
    assert Act.objects.exclude(verb=Verb.CHARGE).count() == 1
    assert case.read().state == (State.HIDDEN if winner == case.mo else State.VISIBLE)
