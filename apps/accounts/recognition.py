"""Who asks for a page, found out by the one query that the page makes anyway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.utils.crypto import constant_time_compare

from .models import User
from .sessions import SessionStore

FIELDS = ["id", "password", "is_superuser", "email", "name", "is_active", "is_staff"]
"""Of a person, in the model's order, on which `from_db` relies; COLUMNS has them in the same."""

COLUMNS = """session.session_data, person.id, person.password, person.is_superuser, person.email, person.name,
  person.is_active, person.is_staff, ARRAY(
    SELECT role.name FROM accounts_user_groups member JOIN auth_group role ON role.id = member.group_id
    WHERE member.user_id = person.id)"""
JOINS = """
LEFT JOIN django_session session ON session.session_key = %(session)s AND session.expire_date > now()
LEFT JOIN accounts_user person ON person.id = %(person)s AND session.session_key IS NOT NULL
"""
"""For a hand-written query: its first columns, and where they come from. Its parameters come from `guess`."""

WIDTH = len(FIELDS) + 2
"""How many columns these are."""


class Unrecognised(Exception):
    """The session claims somebody who could not be confirmed; Django's own, slower way knows what to do about it."""


@dataclass(frozen=True)
class Asker:
    """`session` is what the session holds, not to be changed: empty for none. `user` is None for a visitor."""

    session: Mapping[str, Any]
    user: User | None


def guess(session: str) -> dict[str, object]:
    """The parameters of JOINS for a session's key. One query when this process first sees the key, then none."""
    return {"session": session, "person": _remember_whose(session)}


def recognise(session_data: str | None, *found: Any) -> Asker:
    """From COLUMNS, as fresh as they are: a logout, a suspension, a new password or role holds from the next page on.

    No query. Raises `Unrecognised`.
    """
    session = _decode(session_data) if session_data else {}
    if SESSION_KEY not in session:
        return Asker(session, None)
    user = _build_user(*found)
    if not _is_theirs(session, user):
        raise Unrecognised
    return Asker(session, user)


def _build_user(*found: Any) -> User:
    *fields, roles = found
    user = User.from_db("default", FIELDS, fields)
    user.role_names = frozenset(roles)
    return user


def _is_theirs(session: Mapping[str, Any], user: User) -> bool:
    """What `django.contrib.auth.get_user` and the back end ask, in their order."""
    return (
        str(user.pk) == session[SESSION_KEY]
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and user.is_active
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    )


@lru_cache(maxsize=10_000)
def _remember_whose(session: str) -> int | None:
    """Whose session this was when it was first seen here. A login always gets another key, so it hardly ever changes;
    nothing is taken for granted: what the session says is read anew for every page and compared.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session WHERE session_key = %s", [session])
        row = cursor.fetchone()
    user = _decode(row[0]).get(SESSION_KEY) if row else None
    return int(user) if user else None


@lru_cache(maxsize=10_000)
def _decode(session_data: str) -> Mapping[str, Any]:
    """The same text always holds the same; a forged one holds nothing."""
    content: Mapping[str, Any] = SessionStore().decode(session_data)
    return content
