"""How much somebody may post: newcomers less than those who have shown that they mean well. The only place with figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """In one post, and in a row. `typing_s`: a first post that was written faster is held for a moderator."""

    links: int
    mentions: int
    an_hour: int
    a_day: int
    typing_s: float


NEWCOMERS = Limits(links=2, mentions=3, an_hour=10, a_day=30, typing_s=3)
MEMBERS = Limits(links=30, mentions=20, an_hour=60, a_day=300, typing_s=0)
MODERATORS = Limits(links=200, mentions=50, an_hour=1_000, a_day=5_000, typing_s=0)

PROBATION = timedelta(days=2)
"""How old an account has to be before it is trusted."""
SECTIONS = 5
"""So many sections read speak for somebody…"""
POSTS = 3
"""… and so many posts that have stood for a day."""
MEMORY = timedelta(days=30)
"""For so long an act of moderators makes somebody a newcomer again."""

RETURNS_WITHIN = timedelta(days=1)
"""For so long an author can bring back what they have taken back."""

SAME_WITHIN = timedelta(days=1)
"""The same text twice within this time is taken for a mistake…"""
SAME_FROM = 30
"""… if it has at least so many characters: “Thank you!” may be said often."""
