"""Several items of the queue are decided at once, each by itself: what somebody else was faster with is left to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.conduct.models import Act
from apps.discussions.models import Post, Thread

from . import settling
from .access import list_items
from .models import ReviewItem
from .refusals import NotNow, Refusal
from .settling import Fate, Remedy, open_bulk

AT_ONCE = 50


class Chosen(NamedTuple):
    item: int
    version: int


class Left(NamedTuple):
    """An item that was not decided, and why."""

    item: ReviewItem
    why: Refusal


@transaction.atomic
def clear(*, actor: User, chosen: Sequence[Chosen], outcome: str, reason: str) -> Sequence[Left]:
    """Decide these items; answers those that were left. `outcome` is hide, delete, disagree or ignore.

    The acts are children of one, of their course or, where they come from several, of none. Raises a `Refusal` when
    nothing at all could be done.
    """
    versions = {each.item: each.version for each in chosen[:AT_ONCE]}
    found = list_items(actor).filter(pk__in=versions, post__isnull=False)
    threads = lock_threads(found)
    items = list(found.select_related("post").order_by("post__thread", "pk"))
    if not items:
        raise NotNow("None of these waits for you any more.")
    courses = {item.course_id for item in items}
    course = courses.pop() if len(courses) == 1 else None
    parent = open_bulk(actor, course, (Act.Target.COURSE, course or 0), reason)
    left = [
        Left(item, why)
        for item in items
        if (why := find_absence(item, threads) or decide(actor, item, versions[item.pk], outcome, reason, parent))
    ]
    if len(left) == len(items):
        raise left[0].why
    return left


def lock_threads(items: QuerySet[ReviewItem]) -> frozenset[int]:
    """All threads in which they stand, in the order of their ids: so does whoever locks several."""
    where = Post.objects.filter(review__in=items).values("thread")
    threads = Thread.objects.select_for_update(no_key=True).filter(pk__in=where)
    return frozenset(thread.pk for thread in threads.order_by("pk"))


def find_absence(item: ReviewItem, threads: Collection[int]) -> Refusal | None:
    if item.post and item.post.thread_id not in threads:
        return NotNow("It was moved to another thread just now. Look at it again.")
    return None


def decide(actor: User, item: ReviewItem, version: int, outcome: str, reason: str, parent: Act) -> Refusal | None:
    try:
        with transaction.atomic():
            if outcome == "disagree":
                settling.disagree(actor=actor, item=item, version=version, reason=reason, bulk=parent)
            elif outcome == "ignore":
                settling.ignore(actor=actor, item=item, version=version, reason=reason, bulk=parent)
            else:
                remedy = Remedy(fate=Fate(outcome))
                settling.agree(actor=actor, item=item, version=version, reason=reason, remedy=remedy, bulk=parent)
    except Refusal as refusal:
        return refusal
    return None
