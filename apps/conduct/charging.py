"""Courses are put into somebody's care, and taken out of it, by admins."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import transaction

from apps.accounts.access import is_admin
from apps.accounts.models import User
from apps.courses.models import Course

from .access import CHARGED, forget_standing
from .models import Act, Charge, Verb
from .recording import record_act
from .refusals import NotAllowed
from .sanctioning import tell_concerned


@transaction.atomic
def charge(*, actor: User | None, person: User, course: Course) -> Charge:
    """Let somebody moderate a course, and tell them; doing it twice is no fault. `actor` is None on the console, else an admin."""
    require_admin(actor)
    made, is_new = Charge.objects.get_or_create(person=person, course=course, defaults={"by": actor})
    if is_new:
        person.groups.add(Group.objects.get_or_create(name=CHARGED)[0])
        leave_trace(actor, Verb.CHARGE, person, course)
    forget_standing(person)
    return made


@transaction.atomic
def discharge(*, actor: User | None, person: User, course: Course) -> None:
    """Take it back, and tell them; taking what is not there is no fault."""
    require_admin(actor)
    if Charge.objects.filter(person=person, course=course).delete()[0]:
        if not Charge.objects.filter(person=person).exists():
            person.groups.remove(*Group.objects.filter(name=CHARGED))
        leave_trace(actor, Verb.DISCHARGE, person, course)
    forget_standing(person)


def leave_trace(actor: User | None, verb: Verb, person: User, course: Course) -> None:
    act = record_act(actor=actor, verb=verb, target=(Act.Target.PERSON, person.pk), person=person, course=course)
    tell_concerned(act)


def require_admin(actor: User | None) -> None:
    if actor is not None and not is_admin(actor):
        raise NotAllowed("Only an admin puts courses into somebody’s care.")
