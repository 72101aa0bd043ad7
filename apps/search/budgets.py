"""How long Postgres may work on something."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from .refusals import TookTooLong

BEGIN = "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)"
END = "SELECT set_config('statement_timeout', %s, true)"


@contextmanager
def limited(milliseconds: int) -> Iterator[None]:
    """Each query inside may take so long, else `TookTooLong`. A transaction, or a part of one. Two queries."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(BEGIN, [str(milliseconds)])
            [before, _] = cursor.fetchone()
            yield
            cursor.execute(END, [before])
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TookTooLong from error
        raise
