"""Which failures count as an outage; what is answered then is tested in tests/faults with engines really killed."""

from __future__ import annotations

import logging
import sys

import psycopg
import pytest
import redis
from django import db
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from kindling.error_pages import OutageInOneLine, is_outage
from kindling.urls import handler400, handler500

__all__ = ["handler400", "handler500"]


def break_down(request: HttpRequest) -> HttpResponse:
    raise db.ProgrammingError("a query of ours that is wrong")


def lose_valkey(request: HttpRequest) -> HttpResponse:
    raise redis.ConnectionError("away")


urlpatterns = [path("breaks/", break_down), path("loses/", lose_valkey)]


def make_error(cause: psycopg.Error) -> db.OperationalError:
    error = db.OperationalError(str(cause))
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        make_error(psycopg.OperationalError("connection refused")),
        make_error(psycopg.errors.CannotConnectNow("starting up")),
        make_error(psycopg.errors.AdminShutdown("terminating connection")),
        make_error(psycopg.errors.DiskFull("no space left")),
        make_error(psycopg.errors.TooManyConnections("too many clients")),
        db.InterfaceError("connection already closed"),
        redis.ConnectionError("refused"),
        redis.TimeoutError("no answer"),
        redis.exceptions.BusyLoadingError("loading"),
        redis.exceptions.OutOfMemoryError("OOM"),
    ],
    ids=repr,
)
def test_what_passes_by_itself_is_an_outage(error: Exception) -> None:
    assert is_outage(error)


@pytest.mark.parametrize(
    "error",
    [
        make_error(psycopg.errors.DeadlockDetected("deadlock")),
        make_error(psycopg.errors.QueryCanceled("too slow")),
        db.ProgrammingError("wrong query"),
        db.IntegrityError("twice"),
        redis.ResponseError("wrong command"),
        RuntimeError("ours"),
        None,
    ],
    ids=repr,
)
def test_what_is_our_mistake_is_none(error: Exception | None) -> None:
    assert not is_outage(error)


@override_settings(ROOT_URLCONF="tests.house.test_error_pages")
def test_a_mistake_is_still_a_500_and_an_outage_a_503(client: Client) -> None:
    client.raise_request_exception = False
    assert client.get("/breaks/").status_code == 500
    answer = client.get("/loses/", headers={"accept": "application/json"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert list(answer.json()) == ["error"]


@pytest.mark.parametrize(("error", "has_traceback"), [(redis.ConnectionError("a\nb"), False), (ValueError("x"), True)])
def test_only_a_mistake_is_logged_with_its_traceback(error: Exception, has_traceback: bool) -> None:
    try:
        raise error
    except type(error):
        info = sys.exc_info()
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Failed: %s", ("/x/",), info)
    assert OutageInOneLine().filter(record)
    assert (record.exc_info is not None) == has_traceback
    assert len(record.getMessage().splitlines()) == 1
