"""What waits for moderators: one item for each post, however it came there."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.dispatch import receiver
from django.utils import timezone

from apps.accounts.models import User
from apps.conduct.models import Act, Appeal, Verb
from apps.conduct.recording import record_act
from apps.conduct.sanctioning import tell_concerned
from apps.discussions import posting
from apps.discussions.models import Post, State
from apps.discussions.states import move_post

from .models import Flag, ReviewItem
from .refusals import Stale
from .telling import tell_flaggers, tell_moderators

OPEN, SETTLED = ReviewItem.State.OPEN, ReviewItem.State.SETTLED
LOOKED_AT = "Moderators look at this first. They decide, and you are told."


def open_item(*, post: Post, why: ReviewItem.Why, note: str = "") -> ReviewItem:
    """The item of this post, open again if it had been settled, with a new version. Within a transaction.

    Its row is locked by the UPDATE: who decides meanwhile sees another version. Moderators are told once each time that
    it opens.
    """
    course_id = post.thread.chapter.course_id
    item, is_new = ReviewItem.objects.get_or_create(
        post=post, defaults={"why": why, "note": note, "course_id": course_id}
    )
    if not is_new:
        opens = item.state == SETTLED
        fresh = {"score": 0.0, "why": why, "note": note, "opened_at": timezone.now()} if opens else {}
        ReviewItem.objects.filter(pk=item.pk).update(
            state=OPEN, settled_at=None, settled_by=None, version=F("version") + 1, course=course_id, **fresh
        )
        item.refresh_from_db()
        is_new = opens
    if is_new:
        tell_moderators(item, subject=post.thread.title)
    return item


def open_appeal(appeal: Appeal) -> ReviewItem:
    """The item of an appeal; somebody else than who acted will see it. Within a transaction."""
    item = ReviewItem.objects.create(appeal=appeal, course=appeal.act.course, why=ReviewItem.Why.APPEAL, score=1.0)
    tell_moderators(item, subject=str(Verb(appeal.act.verb).label), but={appeal.act.actor_id, appeal.person_id})
    return item


@receiver(posting.held)
def open_for_held(*, post: Post, note: str, **signal: Any) -> None:
    open_item(post=post, why=ReviewItem.Why.HELD, note=note)
    if post.state == State.VISIBLE:
        hide_until_seen(post, why={"filter": note})


def hide_until_seen(post: Post, *, why: dict[str, Any]) -> Act:
    """The site hides a visible post until a moderator has decided. Under a lock on its thread; the author is told."""
    act = record_act(
        actor=None,
        verb=Verb.HIDE,
        target=(Act.Target.POST, post.pk),
        person=post.author,
        course=post.thread.chapter.course,
        reason=LOOKED_AT,
        details=why,
    )
    move_post(post=post, to=State.HIDDEN, act=act)
    tell_concerned(act)
    return act


def lock_item(item_id: int, *, version: int) -> ReviewItem:
    """The open item that somebody saw in this version, its row locked. Raises `Stale`.

    Whoever needs the post's thread, too, has locked that before.
    """
    item = ReviewItem.objects.select_for_update(of=("self",)).select_related("settled_by").get(pk=item_id)
    if item.state != OPEN or item.version != version:
        raise Stale(item)
    return item


def settle_item(item: ReviewItem, *, by: User | None, outcome: Flag.Outcome) -> None:
    """Close an open item, and with it its flags. Within a transaction."""
    now = timezone.now()
    tell_flaggers(item, outcome)
    Flag.objects.filter(item=item, outcome=None).update(outcome=outcome, settled_at=now)
    ReviewItem.objects.filter(pk=item.pk, state=OPEN).update(
        state=SETTLED,
        settled_by=by,
        settled_at=now,
        version=F("version") + 1,
        score=0,
        claimed_by=None,
        claimed_until=None,
    )


def settle_for(post: Post, *, by: User, outcome: Flag.Outcome) -> None:
    """What waits about a post is decided when a moderator acts on it directly."""
    item = ReviewItem.objects.select_for_update(of=("self",)).filter(post=post, state=OPEN).first()
    if item is not None:
        settle_item(item, by=by, outcome=outcome)


def weigh(item: ReviewItem) -> float:
    """The item's score anew from its open flags. Within a transaction that holds its row."""
    score: float = Flag.objects.filter(item=item, outcome=None).aggregate(sum=Coalesce(Sum("weight"), 0.0))["sum"]
    ReviewItem.objects.filter(pk=item.pk).update(score=score)
    item.score = score
    return score
