"""By which request something was done: the same id stands with every act of the log and in the answer, where an access log keeps it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from secrets import token_hex

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Requests that change nothing, and need no id."""

_current: ContextVar[str] = ContextVar("request_id", default="")


def read_request_id() -> str:
    """Of the request that is being answered; "" where the site itself acts, or somebody on the console."""
    return _current.get()


class RequestIds:
    """Middleware. The id is always ours: one that is sent along could be somebody else's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE:
            return self.get_response(request)
        before = _current.set(token_hex(8))
        try:
            response = self.get_response(request)
            response.headers[HEADER] = _current.get()
        finally:
            _current.reset(before)
        return response
