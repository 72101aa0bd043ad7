"""Statements that Postgres parses and plans once a connection: planning the hottest ones takes longer than running them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection

_cursors: WeakKeyDictionary[psycopg.Connection, psycopg.Cursor] = WeakKeyDictionary()
"""One of each connection: making a cursor costs as much as sending a statement."""


def fetch_row(statement: str, parameters: Mapping[str, object]) -> tuple[Any, ...] | None:
    """The first row, JSON still as text. One query; `statement` is a constant, never put together from what was sent.

    Django's own cursors write the parameters into the text, so that no statement comes twice.
    """
    connection.close_if_health_check_failed()  # as Django's own cursors do: Postgres may have been away meanwhile
    connection.ensure_connection()
    raw = connection.connection
    if raw not in _cursors:
        _cursors[raw] = psycopg.Cursor(raw)
    # Django's own wrapper translates errors, and counts queries where that is asked for.
    cursor = connection._prepare_cursor(_cursors[raw])  # type: ignore[attr-defined]
    cursor.execute(statement, parameters)
    row: tuple[Any, ...] | None = cursor.fetchone()
    return row
