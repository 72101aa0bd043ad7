"""The API with its description: what django-ninja makes of the operations, and what holds for all of them."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser

from apps.api.limits import MAX_REQUESTS, WINDOW_S
from apps.api.problems import KINDS, MEDIA_TYPE, FieldError, Problem, answer, make_unauthorised
from apps.runs.refusals import Refusal

DESCRIPTION = f"""\
Run Python code on this site from your own programs. Make a token on the page /accounts/tokens/ and send it with every request:
`Authorization: Bearer kdl_…`. Errors are application/problem+json. {MAX_REQUESTS} requests in {WINDOW_S} seconds are answered; starting
runs has limits of its own. Where an answer holds Retry-After, come back when so many seconds have passed."""

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what happened, and what to do"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
        "offer": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
ALWAYS = (400, 401, 403, 422, 429, 503)
OF_ONE_RUN = (404,)
OF_BODIES = (413, 415)
OF_CHANGES = (404, 409)


class StrictParser(Parser):
    """Bodies are JSON and say so: what a form of another site can send is not read at all."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        if request.content_type != "application/json":
            raise Problem(415, "Send the body as application/json.")
        body: dict[str, Any] = json.loads(request.body, parse_constant=_refuse)
        return body


class Api(NinjaAPI):
    """All errors of operations are problems. A failure of ours goes on to Django, which logs it and answers."""

    def __init__(self) -> None:
        super().__init__(
            title="Kindling",
            version="1",
            description=DESCRIPTION,
            urls_namespace="api",
            docs_url=None,  # ninja's page needs a CDN or a loose content policy; `apps.api.docs` has ours
            openapi_url=None,
            parser=StrictParser(),
        )
        handlers: dict[type[Exception], Any] = {
            Problem: answer,
            Refusal: _answer_refusal,
            Http404: _answer_missing,
            ValidationError: _answer_invalid,
            AuthenticationError: _answer_stranger,
            HttpError: _answer_unreadable,
        }
        for error, handler in handlers.items():
            self.add_exception_handler(error, handler)

    @cached_property
    def description_for_programs(self) -> OpenAPISchema:
        """The OpenAPI document, with the problems that each operation may answer."""
        schema = self.get_openapi_schema()
        schema["components"]["schemas"]["Problem"] = PROBLEM
        for path, operations in schema["paths"].items():
            for method, operation in operations.items():
                for status in _list_problems(path, method, has_body="requestBody" in operation):
                    operation["responses"][status] = _describe_problem(status)
        return schema


def _list_problems(path: str, method: str, *, has_body: bool) -> list[int]:
    found = {*ALWAYS, *(OF_CHANGES if method == "post" else ()), *(OF_BODIES if has_body else ())}
    return sorted(found | set(OF_ONE_RUN if "{" in path else ()))


def _describe_problem(status: int) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": KINDS[status][1], "content": content}


def _answer_refusal(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The reasons for which a run is not started or steered, as pages give them."""
    headers = {"Retry-After": str(refusal.retry_after_s)} if refusal.retry_after_s else {}
    status = 422 if refusal.status == 400 else refusal.status  # the request was read; what it asks for is not possible
    return answer(request, Problem(status, str(refusal), headers=headers, offer=refusal.offer))


def _answer_missing(request: HttpRequest, missing: Http404) -> HttpResponse:
    return answer(request, Problem(404, str(missing)))


def _answer_invalid(request: HttpRequest, invalid: ValidationError) -> HttpResponse:
    errors = [_describe_error(error) for error in invalid.errors]
    return answer(request, Problem(422, "Part of the request is not as it has to be.", errors=errors))


def _describe_error(error: dict[str, Any]) -> FieldError:
    """ninja puts the name of our argument behind "body", which means nothing to who sent it."""
    source, *rest = [str(part) for part in error["loc"]]
    path = [source, *(rest[1:] if source == "body" else rest)]
    return {"field": ".".join(path), "detail": str(error["msg"]).removeprefix("Value error, ")}


def _answer_stranger(request: HttpRequest, _: AuthenticationError) -> HttpResponse:
    words = "Send a token: Authorization: Bearer kdl_…. Make one on the page /accounts/tokens/."
    return answer(request, make_unauthorised(words))


def _answer_unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A body that the parser refused; ninja hides what it said behind its own words."""
    if isinstance(error.__cause__, Problem):
        return answer(request, error.__cause__)
    detail = "The body is not JSON. Check its quotes, brackets and commas." if error.status_code == 400 else str(error)
    return answer(request, Problem(error.status_code, detail))


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
