"""Whose queue holds what: moderators see what belongs to their courses, and nobody what they wrote or did themselves."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404

from apps.accounts.models import User
from apps.conduct.access import list_courses_moderated

from .models import CannedReply, FlagReason, ReviewItem


def list_items(moderator: User) -> QuerySet[ReviewItem]:
    """All items of the courses that somebody moderates but those about themselves; none for others."""
    courses = list_courses_moderated(moderator)
    own = Q(post__author=moderator.pk) | Q(appeal__person=moderator.pk) | Q(appeal__act__actor=moderator.pk)
    items = ReviewItem.objects.exclude(own)
    return items if courses is None else items.filter(course__in=courses)


def list_queue(moderator: User) -> QuerySet[ReviewItem]:
    """What is open, the weightiest first, in the order of the index."""
    return list_items(moderator).filter(state=ReviewItem.State.OPEN).order_by("-score", "id")


def load_item(moderator: User, item_id: int) -> ReviewItem:
    """One of them, with its post, thread and chapter, or 404. One query."""
    items = list_items(moderator).select_related(
        "post__author", "post__thread__chapter__course", "appeal__act", "appeal__person", "claimed_by"
    )
    item = items.filter(pk=item_id).first()
    if item is None:
        raise Http404("There is no such item in your queue.")
    return item


def list_reasons() -> QuerySet[FlagReason]:
    """Why a post can be flagged, in their order."""
    return FlagReason.objects.filter(retired_at=None)


def list_canned_replies(moderator: User) -> QuerySet[CannedReply]:
    """The words kept for the courses that somebody moderates, and for all."""
    courses = list_courses_moderated(moderator)
    replies = CannedReply.objects.all()
    return replies if courses is None else replies.filter(Q(course=None) | Q(course__in=courses))
