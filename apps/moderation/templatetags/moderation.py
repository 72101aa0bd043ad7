"""What templates of other apps ask about moderation."""

from __future__ import annotations

from typing import Any

from django import template

from apps.accounts.access import is_moderator
from apps.accounts.models import User
from apps.conduct.access import moderates as _moderates
from apps.conduct.access import moderates_anything
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
    for theirs, yours in (("somebody", "you"), ("a post", "a post of yours"), ("a thread", "a thread of yours")):
        words = words.replace(theirs, yours)
    return words


@register.simple_tag(takes_context=True)
def count_queue(context: template.Context) -> str:
    """How much waits for who looks at the page; "" for those who moderate nothing.

    Who has the role is told on every page; who has single courses in their care only where it was asked about them
    anyway (discussions, moderation): other pages of everybody else would pay a query for it.
    """
    request = context.get("request")
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return ""
    is_known = "conduct_standing" in vars(user)
    return count_waiting(user) if is_moderator(user) or (is_known and moderates_anything(user)) else ""
