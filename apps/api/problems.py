"""What goes wrong, as programs read it: RFC 9457, `application/problem+json`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import NotRequired, TypedDict

from django.http import HttpRequest, HttpResponse

MEDIA_TYPE = "application/problem+json"
KINDS = {
    400: ("bad-request", "The request cannot be read."),
    401: ("no-token", "The request carries no token that works."),
    403: ("missing-scope", "The token may not do this."),
    404: ("not-found", "There is no such thing, or it is not yours."),
    405: ("wrong-method", "This address does not take that method."),
    409: ("conflict", "This cannot be done now."),
    413: ("too-long", "The request is longer than the site takes."),
    415: ("wrong-media-type", "The body is not application/json."),
    422: ("invalid", "Something in the request is not as it has to be."),
    429: ("too-many", "That was too often, or too much at a time; come back when Retry-After has passed."),
    500: ("our-mistake", "A mistake of ours; it has been written down."),
    503: ("away", "Part of the site is away for a moment; come back when Retry-After has passed."),
}
"""By status: the fragment of the problem's `type`, and its title, which the documentation repeats."""


class FieldError(TypedDict):
    """One thing wrong; `field` leads to it from the outside in, such as `body.limits.memory_mb`."""

    field: str
    detail: str


class Words(TypedDict):
    """A problem as it is sent; `offer` is what the same request may hold instead of what was refused."""

    type: str
    title: str
    status: int
    detail: str
    errors: NotRequired[list[FieldError]]
    offer: NotRequired[dict[str, str]]


class Problem(Exception):
    """Ends the request with this answer; `detail` says what happened and what to do."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        offer: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.offer = dict(offer or {})


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    kind, title = KINDS.get(problem.status, ("", _phrase(problem.status)))
    words: Words = {
        "type": f"/api/v1/docs#{kind}" if kind else "about:blank",
        "title": title,
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.errors:
        words["errors"] = problem.errors
    if problem.offer:
        words["offer"] = problem.offer
    return HttpResponse(json.dumps(words), status=problem.status, content_type=MEDIA_TYPE, headers=problem.headers)


def make_unauthorised(detail: str, error: str = "") -> Problem:
    """401 with the challenge that HTTP asks for; `error` in the words of RFC 6750, none where no token was sent."""
    challenge = 'Bearer realm="Kindling"' + (f', error="{error}"' if error else "")
    return Problem(401, detail, headers={"WWW-Authenticate": challenge})


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "The request failed."
