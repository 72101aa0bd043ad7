"""Who asks for a page, found out by the one query that the page makes anyway."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.utils.crypto import constant_time_compare

from .models import User
from .sessions import SessionStore

COLUMNS = """session.session_data, person.id, person.name, person.email, person.password, person.is_active, ARRAY(
    SELECT role.name FROM accounts_user_groups member JOIN auth_group role ON role.id = member.group_id
    WHERE member.user_id = person.id)"""
JOINS = """
LEFT JOIN django_session session ON session.session_key = %(session)s AND session.expire_date > now()
LEFT JOIN accounts_user person ON person.id = %(person)s AND session.session_key IS NOT NULL
"""
"""For a hand-written query: its first columns, and where they come from. Its parameters come from `guess`."""

WIDTH = 7
"""How many columns these are."""


class Unrecognised(Exception):
    """The session claims somebody who could not be confirmed; Django's own, slower way knows what to do about it."""


class Person(NamedTuple):
    """Of an active user what a page shows: making a `User` costs more than all that is done with it."""

    name: str
    roles: frozenset[str]


class Asker(NamedTuple):
    """`session` is what the session holds, not to be changed: empty for none. `person` is None for a visitor."""

    session: Mapping[str, Any]
    person: Person | None


def guess(session: str) -> dict[str, str | int | None]:
    """The parameters of JOINS for a session's key. One query when this process first sees the key, then none."""
    return {"session": session, "person": _remember_whose(session)}


def recognise(session_data: str | None, *found: Any) -> Asker:
    """From COLUMNS, as fresh as they are: a logout, a suspension, a new password or role holds from the next page on.

    No query. Raises `Unrecognised`.
    """
    session = _decode(session_data) if session_data else {}
    if SESSION_KEY not in session:
        return Asker(session, None)
    key, name, email, password, is_active, roles = found
    if not is_active or not _is_theirs(session, key, password):
        raise Unrecognised
    return Asker(session, Person(name or email, frozenset(roles)))


def _is_theirs(session: Mapping[str, Any], key: int, password: str) -> bool:
    """What `django.contrib.auth.get_user` asks."""
    return (
        session[SESSION_KEY] == str(key)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), _hash(password))
    )


@lru_cache(maxsize=10_000)
def _hash(password: str) -> str:
    """What the sessions of somebody with this stored password hold to show that it has not changed since."""
    return User(password=password).get_session_auth_hash()


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
