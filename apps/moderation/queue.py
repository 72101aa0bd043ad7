"""What waits for moderators: one item for each post, however it came there."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.dispatch import receiver

from apps.discussions import posting
from apps.discussions.models import Post

from .models import ReviewItem

State = ReviewItem.State


def open_item(*, post: Post, why: ReviewItem.Why, note: str = "") -> ReviewItem:
    """The item of this post, open again if it had been settled, with a new version. Within a transaction.

    Its row is locked by the UPDATE: who decides meanwhile sees another version.
    """
    course_id = post.thread.chapter.course_id
    item, is_new = ReviewItem.objects.get_or_create(
        post=post, defaults={"why": why, "note": note, "course_id": course_id}
    )
    if not is_new:
        fresh = {"score": 0.0, "why": why, "note": note} if item.state == State.SETTLED else {}
        ReviewItem.objects.filter(pk=item.pk).update(
            state=State.OPEN, settled_at=None, settled_by=None, version=F("version") + 1, **fresh
        )
        item.refresh_from_db()
    return item


@receiver(posting.held)
def open_for_held(*, post: Post, note: str, **signal: Any) -> None:
    open_item(post=post, why=ReviewItem.Why.HELD, note=note)
