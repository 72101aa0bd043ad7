"""Statements that Postgres parses and plans once a connection: planning the hottest ones takes longer than running them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from django.db import OperationalError, connection
from psycopg import errors
from psycopg.adapt import Transformer
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGconn, PGresult

PARAMETER = re.compile(r"%\((\w+)\)s")


class Prepared(NamedTuple):
    """A statement as Postgres is told it: `name` is the same in every connection, `parameters` stand for $1, $2, …"""

    name: bytes
    text: bytes
    parameters: tuple[str, ...]


_prepared: WeakKeyDictionary[psycopg.Connection, set[bytes]] = WeakKeyDictionary()
"""Which of them each connection knows."""


def fetch_row(statement: str, parameters: Mapping[str, str | int | None]) -> tuple[Any, ...] | None:
    """The first row, JSON still as text. One query; `statement` is a constant that only reads, never put together from
    what was sent.

    A cursor, Django's or psycopg's, costs three times what the library below it does, and Django's writes the parameters into
    the text, so that no statement comes twice. Where somebody watches Django's (tests that count queries) it is used.
    """
    if connection.queries_logged or connection.execute_wrappers:
        return _fetch_watched(statement, parameters)
    try:
        return _fetch(statement, parameters)
    except OperationalError:
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()  # Postgres was away meanwhile; asking before, as Django does, would cost every page a query
        return _fetch(statement, parameters)


def _fetch(statement: str, parameters: Mapping[str, str | int | None]) -> tuple[Any, ...] | None:
    connection.ensure_connection()
    raw: psycopg.Connection = connection.connection
    with connection.wrap_database_errors:
        prepared = prepare(statement)
        result = _execute(raw, prepared, [_encode(parameters[name]) for name in prepared.parameters])
        transformer = Transformer.from_context(raw)
        transformer.set_pgresult(result)
        return transformer.load_row(0, tuple) if result.ntuples else None


def _fetch_watched(statement: str, parameters: Mapping[str, str | int | None]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


@lru_cache(maxsize=64)
def prepare(statement: str) -> Prepared:
    """`%(name)s` becomes `$1` wherever it stands; of what type it is, Postgres finds out by where it stands."""
    names = tuple(dict.fromkeys(PARAMETER.findall(statement)))
    text = PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", statement)
    return Prepared(f"kindling_{abs(hash(statement)):x}".encode(), text.encode(), names)


def _execute(raw: psycopg.Connection, prepared: Prepared, values: list[bytes | None]) -> PGresult:
    known = _prepared.setdefault(raw, set())
    if prepared.name not in known:
        _require(raw.pgconn, raw.pgconn.prepare(prepared.name, prepared.text), ExecStatus.COMMAND_OK)
        known.add(prepared.name)
    result = raw.pgconn.exec_prepared(prepared.name, values)  # type: ignore[arg-type]  # its type forgets NULL
    return _require(raw.pgconn, result, ExecStatus.TUPLES_OK)


def _require(server: PGconn, result: PGresult, status: ExecStatus) -> PGresult:
    if result.status == status:
        return result
    if server.status != ConnStatus.OK:
        raise psycopg.OperationalError(server.get_error_message())
    raise errors.error_from_result(result)


def _encode(value: str | int | None) -> bytes | None:
    text = str(value)
    if "\0" in text:  # the library would read no further
        raise psycopg.DataError("PostgreSQL text cannot hold a NUL byte.")
    return None if value is None else text.encode()
