"""What small parts of pages find out by themselves, so that whoever includes them need not know."""

from __future__ import annotations

from django import template
from django.template import Context

from ..attaching import RunCard, describe_card
from ..following import Followed
from ..follows import Following, describe_following
from ..models import Post, Thread
from ..places import Place, describe_places

register = template.Library()


@register.simple_tag(takes_context=True)
def find_card(context: Context, post: Post) -> RunCard | None:
    """The card of the run that is attached to a post. No query, if `run__project` was joined."""
    return describe_card(context["user"], post)


@register.simple_tag
def find_place(thread: Thread) -> Place | None:
    """What a thread is about; None for the whole chapter. One query, or none."""
    return describe_places([thread]).get(thread.pk)


@register.simple_tag(takes_context=True)
def find_following(context: Context, target: Followed) -> Following | None:
    """Whether the reader follows it. One query."""
    return describe_following(context["user"], target)
