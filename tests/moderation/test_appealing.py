"""Whom an act concerns appeals once, and somebody else decides."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.models import Role
from apps.conduct.access import is_silenced
from apps.conduct.models import Act, Appeal, Verb
from apps.conduct.sanctioning import silence, suspend, warn
from apps.discussions.editing import edit
from apps.discussions.models import State, Thread
from apps.discussions.refusals import NotAllowed, NotNow, Unfit
from apps.moderation import hiding, settling, threads
from apps.moderation.access import list_queue
from apps.moderation.appealing import appeal, decide
from apps.moderation.models import Flag, ReviewItem
from apps.moderation.refusals import Stale
from apps.moderation.settling import Remedy
from apps.notices.models import Kind, Notice
from tests.conduct.people import build_person, reload

from .cases import Case

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return Case()


def appeal_against(case: Case, act: Act) -> ReviewItem:
    made = appeal(actor=case.eve if act.person == case.eve else case.ada, act=act, text="That was unfair.")
    return ReviewItem.objects.select_related("appeal__act__course", "appeal__person").get(appeal=made)


def test_only_whom_it_concerns_appeals_once_and_who_acted_does_not_see_it(case: Case) -> None:
    act = hiding.change_post(actor=case.mo, post=case.spam, way=hiding.HIDING, reason="Spam")
    with pytest.raises(NotAllowed):
        appeal(actor=case.ada, act=act, text="For Eve")
    with pytest.raises(Unfit):
        appeal(actor=case.eve, act=act, text=" ")
    item = appeal_against(case, act)
    with pytest.raises(NotNow):
        appeal(actor=case.eve, act=act, text="Again")
    assert item not in list_queue(case.mo)
    assert item in list_queue(case.di)
    assert list(Notice.objects.filter(kind=Kind.QUEUE).values_list("recipient", flat=True)) == [case.di.pk]
    for actor in (case.mo, case.eve):
        with pytest.raises(NotAllowed):
            decide(actor=actor, item=item, version=item.version, grants=True, answer="Yes")
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.update(state="granted", decided_by=case.mo, decided_at=act.created_at)


def test_a_granted_appeal_reverts_the_act_and_the_flags_behind_it(case: Case) -> None:
    case.flag()
    item = case.item()
    [act] = settling.agree(actor=case.mo, item=item, version=item.version, reason="Spam", remedy=Remedy())
    item = appeal_against(case, act)
    decision = decide(actor=case.di, item=item, version=item.version, grants=True, answer="It was none.")
    assert case.read().state == State.VISIBLE
    assert Flag.objects.get().outcome == "disagreed"
    undone = Act.objects.get(reverts=act)
    assert (undone.verb, undone.bulk, undone.actor) == (Verb.RESTORE, decision, case.di)
    told = Notice.objects.get(event=f"act:{decision.pk}")
    assert (told.recipient, told.address) == (case.eve, f"/conduct/{act.pk}/")
    with pytest.raises(Stale):
        decide(actor=case.di, item=item, version=item.version, grants=False, answer="No")


def test_a_refused_appeal_leaves_everything(case: Case) -> None:
    act = silence(actor=case.mo, person=case.eve, course=case.chapter.course, reason="X", ends_at=None).act
    item = appeal_against(case, act)
    decide(actor=case.di, item=item, version=item.version, grants=False, answer="It was spam.")
    assert is_silenced(reload(case.eve), case.chapter.course_id)
    assert Appeal.objects.get().state == "refused"


@pytest.mark.parametrize(
    "verb", ["hide", "delete", "edit", "hide_thread", "delete_thread", "lock", "warn", "silence", "suspend"]
)
def test_everything_that_can_be_appealed_against_can_be_reverted(case: Case, verb: str) -> None:
    mo, eve, course, thread = case.mo, case.eve, case.chapter.course, case.first.thread
    chief = build_person("Chief", Role.MODERATOR)
    ways = {"hide_thread": threads.HIDING, "delete_thread": threads.DELETION, "lock": threads.LOCKING}
    if verb in ("hide", "delete"):
        way = hiding.HIDING if verb == "hide" else hiding.DELETION
        hiding.change_post(actor=mo, post=case.spam, way=way, reason="X")
    elif verb == "edit":
        edit(actor=mo, post=case.spam, body="Changed", reason="X")
    elif verb in ways:
        threads.change_thread(actor=mo, thread=thread, way=ways[verb], reason="X")
    elif verb == "suspend":
        suspend(actor=chief, person=eve, reason="X", ends_at=None)
    elif verb == "silence":
        silence(actor=mo, person=eve, course=course, reason="X", ends_at=None)
    else:
        warn(actor=mo, person=eve, course=course, reason="X")
    act = Act.objects.get(verb=verb)
    item = appeal_against(case, act)
    judge = build_person("Judge", Role.MODERATOR)
    decide(actor=judge, item=item, version=item.version, grants=True, answer="Granted.")
    assert Act.objects.get(reverts=act).bulk
    assert (case.read().state, case.read().body) == (State.VISIBLE, "Buy gold.")
    now = Thread.objects.get(pk=thread.pk)
    assert (now.state, now.locked_at) == (Thread.State.VISIBLE, None)
    assert reload(eve).is_active
    assert not is_silenced(reload(eve), course.pk)
    with pytest.raises(NotNow):
        appeal(actor=reload(eve) if act.person == eve else case.ada, act=act, text="Again")


def test_what_was_taken_back_before_the_decision_is_not_undone_twice(case: Case) -> None:
    act = hiding.change_post(actor=case.mo, post=case.spam, way=hiding.HIDING, reason="Spam")
    item = appeal_against(case, act)
    hiding.change_post(actor=case.di, post=case.spam, way=hiding.RESTORING, reason="")
    decide(actor=case.di, item=item, version=item.version, grants=True, answer="Done already.")
    assert Act.objects.filter(verb=Verb.RESTORE).count() == 1
