"""Who moderates what, who may not post, and who may do something about whom.

The role moderates every course, a charge one course. Nobody acts on an admin or on themselves; on moderators only
admins do.
"""

from __future__ import annotations

from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import QuerySet

from apps.accounts.access import is_admin, is_moderator
from apps.accounts.models import Role, User

from .models import Act, Charge, Sanction, Verb
from .refusals import NotAllowed, Refusal

Viewer = User | AnonymousUser

STANDING = """
SELECT
    ARRAY(SELECT course_id FROM conduct_charge WHERE person_id = %(person)s),
    ARRAY(SELECT COALESCE(course_id, 0) FROM conduct_sanction
          WHERE person_id = %(person)s AND kind = 'silence' AND lifted_at IS NULL
            AND (ends_at IS NULL OR ends_at > now()))
"""


CHARGED = "charged"
"""The group of those who have a course in their care. It gives no right: pages know everybody's groups anyway, and spare all
others the question of which courses these are.
"""


class Standing(NamedTuple):
    """The courses in somebody's care, and those in which they are silenced; 0 stands for all."""

    charges: frozenset[int]
    silences: frozenset[int]


NOBODY = Standing(frozenset(), frozenset())


def find_standing(user: Viewer) -> Standing:
    """Read once per instance, that is, once per request. One query, none for visitors."""
    if not isinstance(user, User):
        return NOBODY
    if "conduct_standing" not in vars(user):
        with connection.cursor() as cursor:
            cursor.execute(STANDING, {"person": user.pk})
            charges, silences = cursor.fetchone()
        vars(user)["conduct_standing"] = Standing(frozenset(charges), frozenset(silences))
    standing: Standing = vars(user)["conduct_standing"]
    return standing


def forget_standing(user: User) -> None:
    """What was read of this instance holds no more."""
    vars(user).pop("conduct_standing", None)


def moderates(user: Viewer, course_id: int | None) -> bool:
    """Whether an active person moderates this course; None asks for the whole site. One query per instance, if any."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return is_moderator(user) or (course_id is not None and course_id in find_standing(user).charges)


def moderates_anything(user: Viewer) -> bool:
    """Whether the pages of moderators are for them at all."""
    return is_moderator(user) or (user.is_active and bool(find_standing(user).charges))


def may_moderate_something(user: Viewer) -> bool:
    """The same for the frame of every page: a query only for who was charged with a course."""
    return is_moderator(user) or (isinstance(user, User) and CHARGED in user.role_names and moderates_anything(user))


def list_courses_moderated(user: Viewer) -> frozenset[int] | None:
    """The ids of the courses that somebody moderates; None for all."""
    if is_moderator(user):
        return None
    return find_standing(user).charges if user.is_active else frozenset()


def is_silenced(user: Viewer, course_id: int | None) -> bool:
    """Whether they may not post in this course; None asks for the whole site."""
    return not find_standing(user).silences.isdisjoint({0, course_id})


def may_act_on(actor: User, person: User | None, course_id: int | None) -> Refusal | None:
    """Why `actor` may do nothing about `person` as a moderator of this course (None: of the site), or None if they may.

    A `person` of None is somebody whose account is gone.
    """
    if not moderates(actor, course_id):
        return NotAllowed("You do not moderate this course. Leave it to somebody who does.")
    if person is None:
        return None
    if person.pk == actor.pk:
        return NotAllowed("Nobody decides about themselves. Ask another moderator.")
    if person.is_superuser or person.service is not None:
        return NotAllowed("Nobody acts on an admin. Speak to them, or to another admin.")
    if not is_admin(actor) and Role.MODERATOR in person.role_names:
        return NotAllowed("Only an admin acts on a moderator. Tell one of them.")
    return None


def list_acts(viewer: Viewer) -> QuerySet[Act]:
    """The log as `viewer` may read it in full: of the courses that they moderate. Everybody's is `list_public_acts`."""
    acts = Act.objects.select_related("actor", "person", "course")
    courses = list_courses_moderated(viewer)
    return acts if courses is None else acts.filter(course__in=courses)


def list_public_acts() -> QuerySet[Act]:
    """What everybody may read of the log: no names of those concerned, no details. Appeals and flags stay between the people,
    and what only holds other acts together says nothing more than they do.

    The columns left out are not loaded, so that no template shows them by mistake.
    """
    told = Act.objects.exclude(target_kind__in=[Act.Target.APPEAL, Act.Target.FILTER]).exclude(verb=Verb.BULK)
    return told.select_related("course").only(
        "id", "actor_name", "verb", "target_kind", "target_id", "reason", "expires_at", "created_at", "course__title"
    )


def list_open_sanctions(person: User) -> QuerySet[Sanction]:
    """What is in force against somebody now or later. One query."""
    return Sanction.objects.filter(person=person, lifted_at=None).select_related("course", "by")


def list_charges(person: User) -> QuerySet[Charge]:
    """The courses in somebody's care, with who put them there. One query."""
    return Charge.objects.filter(person=person).select_related("course", "by").order_by("course__title")
