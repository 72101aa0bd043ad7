"""The edge of the API: whatever answers below /api/, programs can read it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from apps.api import limits
from apps.api.problems import MEDIA_TYPE, Problem, answer

PREFIX = "/api/"
DETAILS = {
    400: "The request cannot be read. Check its host name, its headers and its body.",
    404: "There is nothing at this address. The addresses that there are stand in /api/v1/openapi.json.",
    405: "This address does not take that method. The header Allow names those that it takes.",
    413: "That is more than the site takes at once. Shorten the code.",
    500: "A mistake of ours. It has been written down; try again, and tell us if it goes on.",
    503: "Part of the site is away for a moment. What was saved is safe; try again in a few seconds.",
}


class Edge:
    """Middleware: errors from anywhere become problems, HEAD is GET without its body, OPTIONS names the methods.

    Pages pass untouched. No CORS header is ever set: pages of other sites get nothing from here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        response = _translate(request, self._answer(request))
        response.headers.setdefault("Cache-Control", "no-store")
        for name, value in limits.describe(request).items():
            response.headers[name] = value
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if request.method != "HEAD":
            return self.get_response(request)
        request.method = "GET"
        try:
            return self.get_response(request)
        finally:
            request.method = "HEAD"  # so that the server leaves the body out


def _translate(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if response.status_code == 405:
        response.headers["Allow"] = _list_methods(response)
        if request.method == "OPTIONS":
            allowed = HttpResponse(status=204, headers={"Allow": response.headers["Allow"]})
            del allowed.headers["Content-Type"]  # there is no content
            return allowed
    if response.status_code < 400 or response.headers.get("Content-Type", "") == MEDIA_TYPE:
        return response
    kept = {name: response.headers[name] for name in ("Allow", "Retry-After") if name in response.headers}
    detail = DETAILS.get(response.status_code, "The request could not be served.")
    return answer(request, Problem(response.status_code, detail, headers=kept))


def _list_methods(response: HttpResponse) -> str:
    methods = {method.strip() for method in response.headers.get("Allow", "").split(",") if method.strip()}
    return ", ".join(sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())))
