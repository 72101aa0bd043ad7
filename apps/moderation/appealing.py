"""Whom an act concerns asks for it to be looked at again, once; somebody else than its actor decides."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.conduct.access import may_act_on
from apps.conduct.models import Act, Appeal, Verb
from apps.conduct.recording import record_act
from apps.conduct.sanctioning import require, tell_concerned

from .models import Flag, ReviewItem
from .queue import lock_item, open_appeal, settle_item
from .refusals import NotAllowed, NotNow, Refusal, Unfit
from .reverting import lock_target, revert

APPEALABLE = frozenset(
    {
        Verb.HIDE,
        Verb.DELETE,
        Verb.EDIT,
        Verb.HIDE_THREAD,
        Verb.DELETE_THREAD,
        Verb.LOCK,
        Verb.WARN,
        Verb.SILENCE,
        Verb.SUSPEND,
    }
)
LONGEST = 4_000


def may_appeal(person: User, act: Act) -> Refusal | None:
    """Why they cannot appeal against it, or None if they can. Two queries."""
    if act.person_id != person.pk:
        return NotAllowed("Only whom a decision concerns can appeal against it.")
    if act.verb not in APPEALABLE:
        return NotNow("Against this there is nothing to appeal.")
    if Appeal.objects.filter(act=act).exists():
        return NotNow("You have appealed against this. Another moderator decides, once.")
    if Act.objects.filter(reverts=act).exclude(verb=Verb.EXPIRE).exists():
        return NotNow("This has been taken back or decided anew, so there is nothing to appeal against here.")
    return None


@transaction.atomic
def appeal(*, actor: User, act: Act, text: str) -> Appeal:
    """Put an appeal into the queue. Silenced and suspended people can, too. Raises a `Refusal`."""
    require(may_appeal(actor, act))
    if not text.strip():
        raise Unfit("Say why you think that this was wrong.")
    try:
        with transaction.atomic():
            made = Appeal.objects.create(act=act, person=actor, text=text.strip()[:LONGEST])
    except IntegrityError as error:
        raise NotNow("You have appealed against this. Another moderator decides, once.") from error
    open_appeal(made)
    return made


@transaction.atomic
def decide(*, actor: User, item: ReviewItem, version: int, grants: bool, answer: str) -> Act:
    """Grant an appeal, which reverts the act, or refuse it; with an answer that the person reads. Raises a `Refusal`."""
    if item.appeal is None:
        raise NotNow("This is no appeal.")
    made, act = item.appeal, item.appeal.act
    if not answer.strip():
        raise Unfit("Give an answer: the person reads it.")
    if actor.pk in (act.actor_id, made.person_id):
        raise NotAllowed("Somebody else has to decide about this.")
    require(may_act_on(actor, made.person, act.course_id))
    lock_target(act)
    locked = lock_item(item.pk, version=version)
    state = Appeal.State.GRANTED if grants else Appeal.State.REFUSED
    Appeal.objects.filter(pk=made.pk, state=Appeal.State.OPEN).update(
        state=state, decided_by=actor, decided_at=timezone.now(), answer=answer
    )
    settle_item(locked, by=actor, outcome=Flag.Outcome.AGREED)
    decision = record_act(
        actor=actor,
        verb=Verb.DECIDE,
        target=(Act.Target.APPEAL, made.pk),
        person=made.person,
        course=act.course,
        reason=answer,
        details={"granted": grants, "act": act.pk},
    )
    if grants:
        revert(act, actor=actor, reason=answer, bulk=decision)
    tell_concerned(decision)
    return decision
