"""The log of acts keeps everything, whoever asks."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from apps.accounts.models import Role
from apps.conduct.access import list_acts, list_public_acts
from apps.conduct.models import Act, Verb
from apps.conduct.recording import record_act

from .people import build_course, build_moderator, build_person

pytestmark = pytest.mark.django_db


def build_act(**changes: object) -> Act:
    known = {"actor": build_person("Mo", Role.MODERATOR), "verb": Verb.HIDE, "target": (Act.Target.POST, 7)}
    return record_act(**(known | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE conduct_act SET reason = 'x'",
        "UPDATE conduct_act SET actor_name = '', actor_id = NULL",
        "UPDATE conduct_act SET id = id + 1",
        "UPDATE conduct_act SET person_id = actor_id",
        "UPDATE conduct_act SET details = '{}', person_id = NULL",
        "DELETE FROM conduct_act",
        "TRUNCATE conduct_act CASCADE",
    ],
)
def test_the_database_refuses_to_rewrite_the_log(attack: str) -> None:
    build_act(person=build_person("Ada"), details={"before": 1})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the commit would be in TRUNCATE's way
        cursor.execute("ALTER TABLE conduct_act ENABLE TRIGGER conduct_acts_stay")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(attack)
        cursor.execute("ALTER TABLE conduct_act DISABLE TRIGGER conduct_acts_stay")
    assert Act.objects.get().details == {"before": 1}


def test_the_log_outlives_the_people_in_it() -> None:
    act = build_act(person=build_person("Ada"))
    assert act.actor
    assert act.person
    act.person.delete()
    act.actor.delete()
    act.refresh_from_db()
    assert (act.actor_id, act.person_id) == (None, None)
    assert (act.actor_name, act.verb) == ("Mo", Verb.HIDE)


def test_an_act_is_reverted_once() -> None:
    act, actor = build_act(), build_person("Di", Role.MODERATOR)
    record_act(actor=actor, verb=Verb.RESTORE, target=(Act.Target.POST, 7), reverts=act)
    with pytest.raises(IntegrityError), transaction.atomic():
        record_act(actor=actor, verb=Verb.RESTORE, target=(Act.Target.POST, 7), reverts=act)


def test_moderators_read_the_log_of_their_courses_and_everybody_a_part_of_it() -> None:
    here, there = build_course(), build_course("other")
    act = build_act(course=here, person=build_person("Ada"), details={"before": "secret"})
    other = record_act(actor=None, verb=Verb.LOCK, target=(Act.Target.THREAD, 1), course=there)
    record_act(actor=None, verb=Verb.DECIDE, target=(Act.Target.APPEAL, 1), course=here)
    assert act in list_acts(build_moderator("Cy", here))
    assert other not in list_acts(build_moderator("Cyd", here))
    assert not list_acts(build_person("Student"))
    public = list_public_acts().get(pk=act.pk)
    assert {"details", "person_id", "actor_id"} <= public.get_deferred_fields()
    assert {known.verb for known in list_public_acts()} == {Verb.HIDE, Verb.LOCK, Verb.CHARGE}
