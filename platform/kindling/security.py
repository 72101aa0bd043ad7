"""What a browser may do with our pages: one Content-Security-Policy, on every response, error pages included."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

HEADER = "Content-Security-Policy"


class ContentSecurityPolicy:
    """Stands first of all middleware, so that nothing answers past it.

    There is no nonce: no page of ours has a style or script of its own in it (a test sees to that).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(HEADER, build_policy(streams_origin(request)))
        return response


def build_policy(streams: str) -> str:
    """The header's value; `streams` is the origin that sends live events, "" when it is the page's own."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            f"connect-src 'self' {streams}".rstrip(),
            "manifest-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "object-src 'none'",
        ]
    )


def streams_origin(request: HttpRequest) -> str:
    """Where live events come from: the configured place, or this page's host at the streams' port."""
    if settings.STREAMS_URL:
        parts = urlsplit(settings.STREAMS_URL)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
    try:
        host = urlsplit(f"//{request.get_host()}").hostname or ""
    except DisallowedHost:
        return ""  # the answer is a 400, and nobody connects from there
    return f"{request.scheme}://{f'[{host}]' if ':' in host else host}:{settings.STREAMS_PORT}"
