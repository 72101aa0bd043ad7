"""Statements prepared once a connection say what a cursor would, and fail as one would."""

from __future__ import annotations

import psycopg
import pytest
from django.db import DataError, OperationalError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounts.statements import fetch_row, prepare

KINDS = "SELECT %(number)s::bigint, %(text)s::text, %(nothing)s::text, ARRAY[%(text)s::text], true, '{\"a\": 1}'::jsonb"
VALUES: dict[str, str | int | None] = {"number": 7, "text": "it's “quoted”, 100 %", "nothing": None}


@pytest.mark.django_db
def test_a_row_is_what_a_watched_cursor_gives() -> None:
    told = fetch_row(KINDS, VALUES)
    with CaptureQueriesContext(connection) as watched:
        assert fetch_row(KINDS, VALUES) == told
    assert len(watched) == 1
    assert told is not None
    assert told[:5] == (7, VALUES["text"], None, [VALUES["text"]], True)


@pytest.mark.django_db
def test_without_a_row_there_is_none_and_of_several_the_first() -> None:
    several = "SELECT each FROM generate_series(1, %(end)s::int) each ORDER BY each"
    assert fetch_row(several, {"end": 0}) is None
    assert fetch_row(several, {"end": 3}) == (1,)


def test_a_name_that_comes_twice_is_one_parameter() -> None:
    prepared = prepare("SELECT %(b)s, %(a)s, %(b)s")
    assert (prepared.text, prepared.parameters) == (b"SELECT $1, $2, $1", ("b", "a"))


@pytest.mark.django_db(transaction=True)
def test_what_postgres_refuses_is_djangos_error_and_the_connection_goes_on() -> None:
    with pytest.raises(ProgrammingError, match="nowhere"):
        fetch_row("SELECT * FROM nowhere", {})
    with pytest.raises(DataError, match="integer"):
        fetch_row("SELECT %(number)s::int", {"number": "seven"})
    with pytest.raises(DataError, match="NUL"):
        fetch_row("SELECT %(text)s::text", {"text": "a\0b"})
    assert fetch_row("SELECT %(number)s::int", {"number": "7"}) == (7,)


def break_connection() -> int:
    """Ends this thread's connection behind its back; its number."""
    row = fetch_row("SELECT pg_backend_pid()", {})
    assert row
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", row)
    return int(row[0])


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_broke_is_replaced_unseen() -> None:
    broken = break_connection()
    assert fetch_row("SELECT pg_backend_pid()", {}) not in (None, (broken,))


@transaction.atomic
def lose_connection_halfway() -> None:
    break_connection()
    fetch_row("SELECT 1", {})


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_a_broken_connection_is_told_because_what_came_before_is_lost() -> None:
    with pytest.raises(OperationalError):
        lose_connection_halfway()
    assert fetch_row("SELECT 1", {}) == (1,)
