"""Moderators are told that something waits for them, and those who flagged something what came of it."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from apps.accounts.models import Role, User
from apps.discussions.reading import locate
from apps.notices.models import Kind
from apps.notices.telling import tell

from .models import Flag, ReviewItem

SAID = {
    Flag.Outcome.AGREED: "Moderators agreed with your flag",
    Flag.Outcome.DISAGREED: "Moderators looked at what you flagged, and let it stand",
}
MOST = 1_000
"""People told of one item; a site with more moderators than that has other worries."""


def tell_moderators(item: ReviewItem, *, subject: str, but: Collection[int | None] = ()) -> None:
    """Tell those who may decide it, each time that it opens. Two statements."""
    tell(
        [person for person in list_moderators(item.course_id) if person not in but],
        kind=Kind.QUEUE,
        event=f"review:{item.pk}:{item.version}",
        group="queue",
        subject=subject,
        address=f"/moderation/items/{item.pk}/",
        facts={"why": item.why},
    )


def tell_flaggers(item: ReviewItem, outcome: Flag.Outcome) -> None:
    """Who flagged a post hears what moderators made of it, before the flags are settled. Nobody else learns who they are."""
    words = SAID.get(outcome)
    people = list(Flag.objects.filter(item=item, outcome=None, person__isnull=False).values_list("person", flat=True))
    if not (words and people and item.post):
        return
    title = item.post.thread.title
    tell(
        [person for person in people if person][:MOST],
        kind=Kind.FOLLOWED,
        event=f"flags:{item.pk}:{item.version}",
        group=f"flags:{item.pk}",
        subject=title,
        address=locate(item.post, item.post.thread),
        facts={"sentence": f"{words} in “{title}”"},
    )


def list_moderators(course_id: int | None) -> list[int]:
    """The ids of those who moderate this course; None asks for those of the whole site."""
    holds = Q(groups__name__in=[Role.MODERATOR, Role.ADMIN])
    if course_id is not None:
        holds |= Q(charges__course=course_id)
    people = User.objects.filter(holds, is_active=True, service=None)
    return list(people.order_by("pk").values_list("pk", flat=True).distinct()[:MOST])
