"""Warnings, silences and suspensions: given with a reason, told to whom they concern, lifted, or over by themselves."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.closing import end_sessions
from apps.accounts.models import User
from apps.courses.models import Course
from apps.notices.models import Kind as NoticeKind
from apps.notices.telling import tell

from .access import forget_standing, may_act_on
from .keys import locate
from .models import Act, Sanction, Verb
from .recording import record_act
from .refusals import NotNow, Refusal, Unfit

Kind = Sanction.Kind


def warn(*, actor: User, person: User, course: Course | None, reason: str, bulk: Act | None = None) -> Sanction:
    """Tell somebody officially that this must not happen again."""
    return impose(Kind.WARN, actor=actor, person=person, course=course, reason=reason, ends_at=None, bulk=bulk)


def silence(
    *, actor: User, person: User, course: Course | None, reason: str, ends_at: datetime | None, bulk: Act | None = None
) -> Sanction:
    """Let somebody read, and not post, in a course or (None) everywhere, until `ends_at` or until it is lifted."""
    return impose(Kind.SILENCE, actor=actor, person=person, course=course, reason=reason, ends_at=ends_at, bulk=bulk)


def suspend(*, actor: User, person: User, reason: str, ends_at: datetime | None, bulk: Act | None = None) -> Sanction:
    """Close an account until `ends_at` or until it is lifted. Every session and live stream ends with the commit."""
    return impose(Kind.SUSPEND, actor=actor, person=person, course=None, reason=reason, ends_at=ends_at, bulk=bulk)


def impose(
    kind: Kind,
    *,
    actor: User,
    person: User,
    course: Course | None,
    reason: str,
    ends_at: datetime | None,
    bulk: Act | None,
) -> Sanction:
    """Raises `NotAllowed`, `Unfit` without a reason or with an end that is past, `NotNow` when one is in force already."""
    begins_at = timezone.now()
    require(may_act_on(actor, person, course.pk if course else None))
    if not reason.strip():
        raise Unfit("Say why: the person concerned reads it, and may appeal.")
    if ends_at is not None and ends_at <= begins_at:
        raise Unfit("The end lies in the past. Choose a later one, or none.")
    was_active = person.is_active
    try:
        with transaction.atomic():
            lock(person)
            act = record_act(
                actor=actor,
                verb=Verb(kind.value),
                target=(Act.Target.PERSON, person.pk),
                person=person,
                course=course,
                reason=reason,
                details={"was_active": was_active},
                expires_at=ends_at,
                bulk=bulk,
            )
            sanction = Sanction.objects.create(
                person=person,
                kind=kind,
                course=course,
                reason=reason,
                by=actor,
                begins_at=begins_at,
                ends_at=ends_at,
                act=act,
            )
            if kind is Kind.SUSPEND:
                set_active(person, False)
            tell_concerned(act)
    except IntegrityError as error:
        if "sanction_one_at_a_time" in str(error):
            raise NotNow(f"A {kind} of {person.name} is in force already. Lift it first.") from error
        raise
    forget_standing(person)
    return sanction


@transaction.atomic
def lift(*, actor: User, sanction: Sanction, reason: str) -> Act:
    """End a sanction before its time. Raises `NotAllowed`, or `NotNow` when it is over."""
    person = sanction.person
    require(may_act_on(actor, person, sanction.course_id))
    act = end(sanction, actor=actor, verb=Verb.LIFT, reason=reason)
    if act is None:
        raise NotNow("This is over already.")
    tell_concerned(act)
    return act


def end_expired() -> int:
    """Open the accounts whose suspension has come to its end; how many that were. Silences end by themselves."""
    due = Sanction.objects.filter(kind=Kind.SUSPEND, lifted_at=None, ends_at__lte=timezone.now())
    ended = 0
    for sanction in due.select_related("person", "act").order_by("ends_at")[:200]:
        with transaction.atomic():
            ended += end(sanction, actor=None, verb=Verb.EXPIRE, reason="Its time is over.") is not None
    return ended


def end(sanction: Sanction, *, actor: User | None, verb: Verb, reason: str, bulk: Act | None = None) -> Act | None:
    """None when somebody else has ended it. An account that was closed before stays closed.

    An account that opens again begins without a session: a browser that was logged in before has to log in.
    """
    lock(sanction.person)
    now = timezone.now()
    if not Sanction.objects.filter(pk=sanction.pk, lifted_at=None).update(lifted_at=now, lifted_by=actor):
        return None
    if sanction.kind == Kind.SUSPEND and sanction.act.details.get("was_active", True):
        end_sessions(sanction.person)
        set_active(sanction.person, True)
    forget_standing(sanction.person)
    return record_act(
        actor=actor,
        verb=verb,
        target=(Act.Target.PERSON, sanction.person_id),
        person=sanction.person,
        course=sanction.course_id,
        reason=reason,
        reverts=sanction.act,
        bulk=bulk,
    )


def lock(person: User) -> None:
    """Before anything else: of two who write sanctions at once, an exclusion constraint would make each wait for the other."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)


def set_active(person: User, is_active: bool) -> None:
    """By `save`, whose signal ends the live streams of an account that is closed."""
    person.is_active = is_active
    person.save(update_fields=["is_active"])


def tell_concerned(act: Act) -> None:
    """Whom an act concerns is told, with a page that says why and takes an appeal. Costs nothing where nobody is."""
    if act.person_id is None or act.person_id == act.actor_id:
        return
    course = act.course.title if act.course else ""
    verb = ("grant" if act.details["granted"] else "refuse") if act.verb == Verb.DECIDE else act.verb
    tell(
        [act.person_id],
        kind=NoticeKind.DECISION,
        event=f"act:{act.pk}",
        subject=str(Verb(act.verb).label),
        facts={"verb": verb, "course": course, "reason": act.reason},
        address=locate(act),
    )


def require(refusal: Refusal | None) -> None:
    """Raises the refusal, if there is one."""
    if refusal is not None:
        raise refusal
