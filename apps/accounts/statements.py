"""Statements that Postgres parses and plans once a connection: planning the hottest ones takes longer than running them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection


def fetch_row(statement: str, parameters: Mapping[str, object]) -> tuple[Any, ...] | None:
    """The first row, JSON still as text. One query; `statement` is a constant, never put together from what was sent.

    Django's own cursors write the parameters into the text, so that no statement comes twice.
    """
    connection.ensure_connection()
    with connection._prepare_cursor(psycopg.Cursor(connection.connection)) as cursor:
        cursor.execute(statement, parameters)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row
