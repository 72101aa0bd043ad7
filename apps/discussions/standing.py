"""How posts stand of which somebody was told: everybody may read them still, and their author has not been muted since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import shorten

from django.db.models.functions import Left

from apps.notices.models import Notice
from apps.notices.standing import register

from .access import list_public_posts
from .models import Mute

LOOKED_AT = 1_200
EXCERPT = 280  # characters


def stand(notices: Sequence[Notice]) -> Mapping[int, str]:
    """Of these notices of events `post:12` those that may still be told, each with the beginning of the post. Two queries."""
    read = list_public_posts().filter(pk__in={read_post_id(notice) for notice in notices})
    begun = dict(read.values_list("pk", Left("body", LOOKED_AT)))
    people, actors = ({getattr(notice, name) for notice in notices} for name in ("recipient_id", "actor_id"))
    muted = set(Mute.objects.filter(person__in=people, muted__in=actors - {None}).values_list("person", "muted"))
    return {
        notice.pk: shorten(begun[post_id], EXCERPT, placeholder=" …")
        for notice in notices
        if (post_id := read_post_id(notice)) in begun and (notice.recipient_id, notice.actor_id) not in muted
    }


def stand_without_words(notices: Sequence[Notice]) -> Mapping[int, str]:
    """The same for who wrote the post."""
    return dict.fromkeys(stand(notices), "")


def read_post_id(notice: Notice) -> int:
    return int(notice.event.partition(":")[2])


EVENTS = {"post": stand, "accepted": stand_without_words}
"""What is told of posts: that one was written, and that one was accepted."""

for sort, witness in EVENTS.items():
    register(sort, witness)
