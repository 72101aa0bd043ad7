"""Moderators decide what waits: they agree and do something, disagree, or leave it.

Whoever decides names the version that they saw. Of two at once one decides; the other is told what became of it (`Stale`)
and nothing of theirs is done. The post's thread is locked first, its item then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.conduct.models import Act, Sanction, Verb
from apps.conduct.recording import record_act
from apps.conduct.sanctioning import impose
from apps.discussions.access import require
from apps.discussions.editing import edit, keep_away
from apps.discussions.models import Post, State
from apps.discussions.posting import lock_parent
from apps.discussions.rights import Action

from . import hiding
from .models import Flag, ReviewItem
from .queue import lock_item, settle_item
from .refusals import NotNow, Unfit

Outcome = Flag.Outcome
CLAIM = timedelta(minutes=15)
"""For so long others see that somebody is at an item."""


class Fate(StrEnum):
    """What becomes of the post on which moderators agree that something is wrong."""

    KEEP = "keep"
    HIDE = "hide"
    DELETE = "delete"
    EDIT = "edit"


@dataclass(frozen=True)
class Remedy:
    """What follows from agreeing: for the post, and (None: nothing) for its author."""

    fate: Fate = Fate.HIDE
    body: str = ""
    sanction: Sanction.Kind | None = None
    everywhere: bool = False
    ends_at: datetime | None = None


@transaction.atomic
def agree(
    *, actor: User, item: ReviewItem, version: int, reason: str, remedy: Remedy, bulk: Act | None = None
) -> Sequence[Act]:
    """The flags, or whatever held the post, were right. Several effects are children of one act. Raises a `Refusal`,
    `Stale` among them, and then nothing has happened.
    """
    item, post = begin(actor, item, version)
    if not reason.strip():
        raise Unfit(hiding.SAY_WHY)
    if remedy.fate is Fate.KEEP and remedy.sanction is None:
        raise Unfit("Choose what follows: for the post, for its author, or for both. Else disagree, or ignore it.")
    if remedy.fate is Fate.KEEP and is_withheld(post):
        raise Unfit("Nobody else can see this post now. Decide what becomes of it.")
    settle_item(item, by=actor, outcome=Outcome.AGREED)
    keep_away(post)
    if count_effects(post, remedy) > 1:
        bulk = open_bulk(actor, post.thread.chapter.course_id, (Act.Target.POST, post.pk), reason, bulk)
    acts = treat(actor, post, reason, remedy, bulk)
    return [*acts, *punish(actor, post, reason, remedy, bulk)]


@transaction.atomic
def disagree(*, actor: User, item: ReviewItem, version: int, reason: str, bulk: Act | None = None) -> Act:
    """The post may stand: it is shown again, and what the flags had caused is taken back. Raises as `agree`."""
    item, post = begin(actor, item, version)
    settle_item(item, by=actor, outcome=Outcome.DISAGREED)
    if post.state == State.HELD:
        return hiding.move(actor=actor, post=post, verb=Verb.RELEASE, to=State.VISIBLE, reason=reason, bulk=bulk)
    if post.state == State.HIDDEN:
        return hiding.move(actor=actor, post=post, verb=Verb.DISAGREE, to=State.VISIBLE, reason=reason, bulk=bulk)
    return leave_trace(actor, post, Verb.DISAGREE, reason, bulk)


@transaction.atomic
def ignore(*, actor: User, item: ReviewItem, version: int, reason: str, bulk: Act | None = None) -> Act:
    """Neither right nor wrong: the flags count for and against nobody. Raises as `agree`."""
    item, post = begin(actor, item, version)
    if is_withheld(post):
        raise Unfit("Nobody else can see this post now, so it cannot be left as it is. Agree or disagree.")
    settle_item(item, by=actor, outcome=Outcome.IGNORED)
    return leave_trace(actor, post, Verb.IGNORE, reason, bulk)


def begin(actor: User, item: ReviewItem, version: int) -> tuple[ReviewItem, Post]:
    if item.post_id is None:
        raise NotNow("This is an appeal. Grant or refuse it.")
    post = lock_parent(item.post_id)
    locked = lock_item(item.pk, version=version)
    require(actor, Action.DECIDE, post)
    return locked, post


def is_withheld(post: Post) -> bool:
    """Whether a moderator's word is needed for others to see it: held, or hidden by the site."""
    return post.state in (State.HELD, State.HIDDEN)


def count_effects(post: Post, remedy: Remedy) -> int:
    """How many acts this makes: a post that is edited is shown, too."""
    shown = remedy.fate is Fate.EDIT and is_withheld(post)
    return (remedy.fate is not Fate.KEEP) + shown + (remedy.sanction is not None)


def open_bulk(
    actor: User, course_id: int | None, target: tuple[Act.Target, int], reason: str, bulk: Act | None = None
) -> Act:
    """The parent of what is done together."""
    return record_act(actor=actor, verb=Verb.BULK, target=target, course=course_id, reason=reason, bulk=bulk)


def treat(actor: User, post: Post, reason: str, remedy: Remedy, bulk: Act | None) -> list[Act]:
    """What is done with the post."""
    if remedy.fate is Fate.KEEP:
        return []
    if post.state == State.DELETED:
        raise NotNow("This post is deleted already. Leave it as it is, and decide about its author alone.")
    if remedy.fate is Fate.EDIT:
        if remedy.body == post.body:
            raise Unfit("You changed nothing in the text. Edit it, or choose something else.")
        edit(actor=actor, post=post, body=remedy.body, reason=reason, bulk=bulk)
        if not is_withheld(post):
            return []
        verb = Verb.RELEASE if post.state == State.HELD else Verb.RESTORE
        return [hiding.move(actor=actor, post=post, verb=verb, to=State.VISIBLE, reason=reason, bulk=bulk)]
    way = hiding.HIDING if remedy.fate is Fate.HIDE else hiding.DELETION
    return [hiding.move(actor=actor, post=post, verb=way.verb, to=way.to, reason=reason, bulk=bulk)]


def punish(actor: User, post: Post, reason: str, remedy: Remedy, bulk: Act | None) -> list[Act]:
    """What its author has to bear."""
    if remedy.sanction is None:
        return []
    if post.author is None:
        raise Unfit("The account of its author is gone, so there is nobody to be told.")
    everywhere = remedy.everywhere or remedy.sanction is Sanction.Kind.SUSPEND
    course = None if everywhere else post.thread.chapter.course
    ends_at = None if remedy.sanction is Sanction.Kind.WARN else remedy.ends_at
    sanction = impose(
        remedy.sanction, actor=actor, person=post.author, course=course, reason=reason, ends_at=ends_at, bulk=bulk
    )
    return [sanction.act]


def leave_trace(actor: User, post: Post, verb: Verb, reason: str, bulk: Act | None) -> Act:
    """That a moderator looked and left the post as it is. Its author, who never knew, is not told."""
    return record_act(
        actor=actor,
        verb=verb,
        target=(Act.Target.POST, post.pk),
        course=post.thread.chapter.course_id,
        reason=reason,
        bulk=bulk,
    )


@transaction.atomic
def claim(*, actor: User, item: ReviewItem) -> bool:
    """Say to the others that one is at it; whether it is one's own now. A claim of somebody else stands until it ends."""
    now = timezone.now()
    mine = ReviewItem.objects.filter(pk=item.pk, state=ReviewItem.State.OPEN)
    free = mine.exclude(claimed_until__gt=now) | mine.filter(claimed_by=actor)
    return bool(free.update(claimed_by=actor, claimed_until=now + CLAIM))


@transaction.atomic
def unclaim(*, actor: User, item: ReviewItem) -> None:
    """Take one's claim back; taking back what is not one's own changes nothing."""
    ReviewItem.objects.filter(pk=item.pk, claimed_by=actor).update(claimed_by=None, claimed_until=None)
