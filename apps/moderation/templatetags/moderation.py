"""What templates of other apps ask about moderation."""

from __future__ import annotations

from typing import Any

from django import template

from apps.accounts.models import User
from apps.conduct.access import may_moderate_something
from apps.conduct.access import moderates as _moderates
from apps.conduct.models import Act, Verb

from ..reading import count_waiting

register = template.Library()


@register.filter
def moderates(user: Any, course_id: int) -> bool:
    """Whether they moderate this course. One query per request, if any: mostly the page has asked before."""
    return _moderates(user, course_id)


@register.filter
def to_you(act: Act) -> str:
    """What was done, said to whom it concerns."""
    words = str(Verb(act.verb).label)
    for theirs, yours in (
        ("somebody’s", "your"),
        ("somebody", "you"),
        ("a post", "a post of yours"),
        ("a thread", "a thread of yours"),
    ):
        words = words.replace(theirs, yours)
    return words


@register.simple_tag(takes_context=True)
def count_queue(context: template.Context) -> str:
    """How much waits for who looks at the page; "" for those who moderate nothing, whom it costs no query."""
    user = getattr(context.get("request"), "user", None)
    return count_waiting(user) if isinstance(user, User) and may_moderate_something(user) else ""


@register.filter
def moderates_something(user: Any) -> bool:
    """Whether the pages of moderators are for them. No query but for who was charged with a course."""
    return isinstance(user, User) and may_moderate_something(user)
