"""Whom the site knows: by the age of the account, by what they read and wrote, and by nothing that moderators had to do."""

from __future__ import annotations

from typing import Any

from django.db import connection

from apps.accounts.access import is_editor, is_moderator
from apps.accounts.models import User
from apps.conduct.access import moderates_anything
from apps.conduct.models import Verb

from . import limits
from .limits import Limits

AGAINST = [Verb.HIDE, Verb.DELETE, Verb.WARN, Verb.SILENCE, Verb.SUSPEND]

KNOWN = """
SELECT person.date_joined < now() - %(probation)s
  AND ((SELECT count(*) FROM (SELECT 1 FROM progress_sectionread
                              WHERE user_id = person.id LIMIT %(sections)s) counted) >= %(sections)s
    OR (SELECT count(*) FROM (SELECT 1 FROM discussions_post
                              WHERE author_id = person.id AND state = 'visible'
                                AND created_at < now() - interval '1 day' LIMIT %(posts)s) counted) >= %(posts)s)
  AND NOT EXISTS (SELECT 1 FROM conduct_act act
                  WHERE act.person_id = person.id AND act.verb = ANY(%(against)s) AND act.created_at > now() - %(memory)s
                    AND NOT EXISTS (SELECT 1 FROM conduct_act undone
                                    WHERE undone.reverts_id = act.id AND undone.verb <> 'expire'))
FROM accounts_user person WHERE person.id = %(person)s
"""


def is_newcomer(user: User) -> bool:
    """Whether the tighter limits hold for them. One query, none for those who have a role or a course in their care."""
    if is_moderator(user) or is_editor(user) or moderates_anything(user):
        return False
    values: dict[str, Any] = {
        "person": user.pk,
        "probation": limits.PROBATION,
        "memory": limits.MEMORY,
        "sections": limits.SECTIONS,
        "posts": limits.POSTS,
        "against": [str(verb) for verb in AGAINST],
    }
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, values)
        row = cursor.fetchone()
    return not (row and row[0])


def find_limits(user: User) -> Limits:
    """What holds for them. At most one query."""
    if moderates_anything(user):
        return limits.MODERATORS
    return limits.NEWCOMERS if is_newcomer(user) else limits.MEMBERS
