"""Warnings, silences, suspensions: who may give them, to whom, and how they end."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.conduct.access import is_silenced, may_act_on, moderates
from apps.conduct.charging import charge, discharge
from apps.conduct.models import Act, Appeal, Sanction, Verb
from apps.conduct.refusals import NotAllowed, NotNow, Unfit
from apps.conduct.sanctioning import end_expired, lift, silence, suspend, warn
from apps.notices.models import Notice

from .people import build_course, build_moderator, build_person, reload

pytestmark = pytest.mark.django_db


def later(days: float = 1) -> datetime:
    return timezone.now() + timedelta(days=days)


def test_who_acts_on_whom() -> None:
    """Rows: who acts. Columns: about whom. In the course that `charged` moderates."""
    here = build_course()
    charged, stranger = build_moderator("Charged", here), build_moderator("Stranger", build_course("other"))
    people = {
        "student": build_person("Student"),
        "editor": build_person("Editor", Role.EDITOR),
        "charged": charged,
        "stranger": stranger,
        "moderator": build_person("Moderator", Role.MODERATOR),
        "admin": build_person("Admin", Role.ADMIN),
        "boss": build_person("Boss", Role.ADMIN),
    }
    allowed = {
        (actor, person)
        for actor in people
        for person in people
        if may_act_on(people[actor], people[person], here.pk) is None
    }
    mere = {"student", "editor", "charged", "stranger"}
    assert allowed == (
        {("charged", person) for person in mere - {"charged"}}
        | {("moderator", person) for person in mere}
        | {(admin, person) for admin in ("admin", "boss") for person in mere | {"moderator"}}
    )


def test_a_charge_holds_for_its_course_until_it_is_taken_back() -> None:
    here, there = build_course(), build_course("other")
    person, admin = build_moderator("Cy", here), build_person("Admin", Role.ADMIN)
    assert (moderates(person, here.pk), moderates(person, there.pk), moderates(person, None)) == (True, False, False)
    with pytest.raises(NotAllowed):
        charge(actor=person, person=person, course=there)
    discharge(actor=admin, person=person, course=here)
    assert not moderates(person, here.pk)
    assert [act.verb for act in Act.objects.all()] == [Verb.DISCHARGE, Verb.CHARGE]


def test_a_silence_holds_in_its_course_and_says_why() -> None:
    here, there = build_course(), build_course("other")
    mo, ada = build_moderator("Mo", here), build_person("Ada")
    sanction = silence(actor=mo, person=ada, course=here, reason="Spam", ends_at=later())
    assert (is_silenced(ada, here.pk), is_silenced(ada, there.pk), is_silenced(ada, None)) == (True, False, False)
    notice = Notice.objects.get(recipient=ada)
    assert (notice.facts["reason"], notice.address) == ("Spam", f"/conduct/{sanction.act_id}/")
    lift(actor=mo, sanction=sanction, reason="A mistake")
    assert not is_silenced(ada, here.pk)
    assert Act.objects.get(verb=Verb.LIFT).reverts == sanction.act


def test_a_silence_ends_by_itself() -> None:
    here, ada = build_course(), build_person("Ada")
    silence(actor=build_moderator("Mo", here), person=ada, course=here, reason="Spam", ends_at=later())
    past = timezone.now() - timedelta(days=2)
    Sanction.objects.update(begins_at=past, ends_at=past + timedelta(days=1))
    assert not is_silenced(reload(ada), here.pk)


def test_a_suspension_ends_sessions_at_once_and_opens_the_account_in_time(client: Client) -> None:
    mo, ada = build_person("Mo", Role.MODERATOR), build_person("Ada")
    client.force_login(ada)
    suspend(actor=mo, person=ada, reason="Threats", ends_at=later())
    assert client.get("/accounts/profile/").status_code in (302, 404)
    assert not reload(ada).is_active
    assert end_expired() == 0
    past = timezone.now() - timedelta(days=2)
    Sanction.objects.update(begins_at=past, ends_at=past + timedelta(days=1))
    assert end_expired() == 1
    assert end_expired() == 0
    assert reload(ada).is_active
    assert Act.objects.get(verb=Verb.EXPIRE).actor_name == ""


def test_an_account_that_was_closed_before_stays_closed() -> None:
    mo, ada = build_person("Mo", Role.MODERATOR), build_person("Ada")
    ada.is_active = False
    ada.save()
    lift(actor=mo, sanction=suspend(actor=mo, person=ada, reason="X", ends_at=None), reason="Y")
    assert not reload(ada).is_active


def test_what_cannot_be_is_refused() -> None:
    here = build_course()
    cy, mo, ada = build_moderator("Cy", here), build_person("Mo", Role.MODERATOR), build_person("Ada")
    with pytest.raises(NotAllowed):
        suspend(actor=cy, person=ada, reason="Of the whole site", ends_at=None)
    with pytest.raises(Unfit):
        warn(actor=cy, person=ada, course=here, reason=" ")
    with pytest.raises(Unfit):
        silence(actor=cy, person=ada, course=here, reason="X", ends_at=timezone.now())
    for _ in range(2):
        warn(actor=mo, person=ada, course=None, reason="Twice is no fault")
    sanction = silence(actor=mo, person=ada, course=None, reason="X", ends_at=None)
    with pytest.raises(NotNow):
        silence(actor=mo, person=ada, course=None, reason="X", ends_at=later())
    assert Sanction.objects.filter(kind="silence").count() == 1
    lift(actor=mo, sanction=sanction, reason="")
    with pytest.raises(NotNow):
        lift(actor=mo, sanction=sanction, reason="")


@pytest.mark.django_db(transaction=True)
def test_two_moderators_at_once_silence_somebody_once() -> None:
    ada, moderators = build_person("Ada"), [build_person(f"Mo{n}", Role.MODERATOR) for n in range(4)]
    start, done = threading.Barrier(4), []

    def act(actor: User) -> None:
        start.wait()
        with suppress(NotNow):
            done.append(silence(actor=actor, person=reload(ada), course=None, reason="Spam", ends_at=None))
        connection.close()

    threads = [threading.Thread(target=act, args=[moderator]) for moderator in moderators]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == Sanction.objects.count() == Act.objects.count() == 1


def test_only_whom_it_concerns_appeals_and_somebody_else_decides() -> None:
    mo, ada = build_person("Mo", Role.MODERATOR), build_person("Ada")
    act = warn(actor=mo, person=ada, course=None, reason="X").act
    with pytest.raises(IntegrityError, match="only whom"), transaction.atomic():
        Appeal.objects.create(act=act, person=build_person("Bob"), text="Not for me")
    appeal = Appeal.objects.create(act=act, person=ada, text="Why me?")
    closed = {"state": Appeal.State.GRANTED, "decided_at": timezone.now()}
    for judge in (mo, ada):
        with pytest.raises(IntegrityError, match="their own act"), transaction.atomic():
            Appeal.objects.filter(pk=appeal.pk).update(decided_by=judge, **closed)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.create(act=act, person=ada, text="Again")
    Appeal.objects.filter(pk=appeal.pk).update(decided_by=build_person("Di", Role.MODERATOR), **closed)
