"""Somebody says that a post should be looked at. What a flag weighs depends on how often its giver was right."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from apps.accounts.models import User
from apps.conduct.models import Act, Verb
from apps.discussions.access import require
from apps.discussions.models import Post, State
from apps.discussions.posting import lock_author, lock_parent
from apps.discussions.rights import Action

from .models import Flag, FlagReason, ReviewItem
from .queue import hide_until_seen, open_item, settle_item, weigh
from .refusals import NotNow, TooMany, Unfit

HIDE_AT = 3.0
"""A post whose open flags weigh so much is hidden until a moderator has seen it…"""
HIDE_BY = 2
"""… if at least so many people gave them."""
A_DAY = 30
"""Flags that one person can give within a day."""


@transaction.atomic
def flag(*, actor: User, post: Post, reason: FlagReason, note: str = "") -> Flag:
    """Flag a post for this reason; flagging it again while the flag is open changes nothing. Raises a `Refusal`."""
    note = note.strip()
    if reason.needs_note and not note:
        raise Unfit("Say in a few words what is wrong: for this reason, moderators need to know.")
    lock_author(actor)
    post = lock_parent(post.pk)
    require(actor, Action.FLAG, post)
    if given := Flag.objects.filter(post=post, person=actor, outcome=None).first():
        return given
    require_measure(actor, post)
    item = open_item(post=post, why=ReviewItem.Why.FLAGGED)
    made = Flag.objects.create(
        post=post, item=item, person=actor, reason=reason, note=note, weight=reason.weight * find_trust(actor)
    )
    if weigh(item) >= HIDE_AT and may_hide(post):
        hide_until_seen(post, why={"flags": Flag.objects.filter(item=item, outcome=None).count()})
    return made


@transaction.atomic
def unflag(*, actor: User, post: Post) -> None:
    """Take a flag back while nobody has decided about it; taking back what is not there is no fault.

    A post that is hidden because of flags waits for a moderator all the same.
    """
    post = lock_parent(post.pk)
    taken = Flag.objects.filter(post=post, person=actor, outcome=None)
    if not taken.update(outcome=Flag.Outcome.WITHDRAWN, settled_at=timezone.now()):
        return
    item = ReviewItem.objects.select_for_update(of=("self",)).get(post=post)
    is_idle = weigh(item) == 0 and item.why == ReviewItem.Why.FLAGGED and post.state == State.VISIBLE
    if is_idle and item.state == ReviewItem.State.OPEN:
        settle_item(item, by=None, outcome=Flag.Outcome.WITHDRAWN)


def require_measure(actor: User, post: Post) -> None:
    """Nobody is asked twice about the same words, and nobody flags everything."""
    given = Flag.objects.filter(person=actor)
    decided = given.filter(post=post).exclude(outcome=Flag.Outcome.WITHDRAWN).order_by("-settled_at").first()
    if decided and decided.settled_at and (post.edited_at is None or post.edited_at < decided.settled_at):
        raise NotNow("You have flagged this, and moderators have decided about it. It has not changed since.")
    if given.filter(created_at__gt=timezone.now() - timedelta(days=1)).count() >= A_DAY:
        raise TooMany(f"You have flagged {A_DAY} posts within a day. Write to a moderator instead.")


def find_trust(person: User) -> float:
    """How much somebody's word weighs: 1 before anything was decided, towards 2 for who is always right, and towards 0
    for who never is (Laplace's rule of succession, doubled). One query.
    """
    counts = Flag.objects.filter(person=person).aggregate(
        right=Count("pk", Q(outcome=Flag.Outcome.AGREED)), wrong=Count("pk", Q(outcome=Flag.Outcome.DISAGREED))
    )
    return float(2 * (counts["right"] + 1) / (counts["right"] + counts["wrong"] + 2))


def may_hide(post: Post) -> bool:
    """Whether flags alone hide it: not what an admin wrote, nor what a moderator has let stand as it is now."""
    if post.state != State.VISIBLE or (post.author is not None and post.author.is_superuser):
        return False
    if Flag.objects.filter(post=post, outcome=None).count() < HIDE_BY:
        return False
    stands = Act.objects.filter(
        target_kind=Act.Target.POST, target_id=post.pk, verb__in=[Verb.DISAGREE, Verb.RESTORE, Verb.RELEASE]
    )
    if post.edited_at:
        stands = stands.filter(created_at__gt=post.edited_at)
    return not stands.exists()
