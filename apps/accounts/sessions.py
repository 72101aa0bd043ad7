"""The session engine: Django's sessions in the database, read by hand."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection


class SessionStore(db.SessionStore):
    """Every page of somebody logged in begins with this query; the ORM takes several times as long to write it."""

    def load(self) -> dict[str, Any]:
        """The session's content; an unknown or expired one begins anew under another key."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > now()",
                [self.session_key],
            )
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        content: dict[str, Any] = self.decode(row[0])
        return content
