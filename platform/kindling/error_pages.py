"""What is answered where no view could: something we need is away, or too much was sent. All else is Django's own."""

from __future__ import annotations

import logging
import sys

import redis
from django import db
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.views import defaults

RETRY_AFTER_S = 5
"""An engine that was killed is back within two or three seconds; a little more keeps a crowd from helping it down."""

AWAY = "Part of the site is away for a moment. What was saved is safe; try again in a few seconds."
TOO_MUCH = "That is more than the site takes at once, so nothing of it was saved. Shorten it, and send it again."

PASSING = ("08", "53", "57P")
"""SQLSTATE classes of a Postgres that answers and cannot serve now: connection, resources, shutting down or starting."""


def answer_failure(request: HttpRequest) -> HttpResponse:
    """Django's handler500: 503 for an outage, which passes by itself; 500 for what is a mistake of ours."""
    if not is_outage(sys.exc_info()[1]):
        return defaults.server_error(request)
    headers = {"Retry-After": str(RETRY_AFTER_S), "Cache-Control": "no-store"}
    return _answer(request, "503.html", AWAY, status=503, headers=headers)


def answer_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400: 413 for a body that is too long."""
    if not isinstance(exception, RequestDataTooBig):
        return defaults.bad_request(request, exception)
    return _answer(request, "413.html", TOO_MUCH, status=413)


def is_outage(error: BaseException | None) -> bool:
    """Whether Postgres or Valkey is away, or too full to serve; a deadlock or a wrong query is no outage."""
    if isinstance(error, db.InterfaceError):  # the connection was lost earlier in this request
        return True
    if isinstance(error, db.OperationalError):
        state = getattr(error.__cause__, "sqlstate", None)
        return state is None or state.startswith(PASSING)
    return isinstance(error, redis.ConnectionError | redis.TimeoutError | redis.exceptions.OutOfMemoryError)


class OutageInOneLine(logging.Filter):
    """For Django's log of failed requests: an outage fails them all, and a traceback for each would bury its cause."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if is_outage(error):
            record.msg = f"{record.getMessage()} ({type(error).__name__}: {' '.join(str(error).split())})"
            record.args, record.exc_info = (), None
        return True


def _answer(
    request: HttpRequest, template: str, words: str, *, status: int, headers: dict[str, str] | None = None
) -> HttpResponse:
    """In the form that the asker reads. The templates ask for nothing: no query, no session."""
    if _wants_json(request):
        return JsonResponse({"error": words}, status=status, headers=headers)
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(
            f'<p class="notice notice--error" role="alert">{words}</p>',
            status=status,
            # Beside what is there: a form, and what was typed into it, must outlive the answer.
            headers={**(headers or {}), "HX-Reswap": "afterbegin"},
        )
    return HttpResponse(loader.render_to_string(template), status=status, headers=headers)


def _wants_json(request: HttpRequest) -> bool:
    return (
        request.content_type == "application/json"
        or request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    )
