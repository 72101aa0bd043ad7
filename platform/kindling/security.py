"""What a browser may do with our pages: one policy, on every response, error pages included."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware

HEADER = "Content-Security-Policy"


class BrowserPolicy(SecurityMiddleware):
    """Stands first of all middleware, so that nothing answers past it: Django's headers, `X-Frame-Options` and ours.

    There is no nonce: no page of ours has a style or script of its own in it (a test sees to that).
    """

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        try:
            return super().process_request(request)
        except DisallowedHost:
            return None  # further in, the same becomes a page that passes here again

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault(HEADER, build_policy(streams_origin(request)))
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        return super().process_response(request, response)


class ForgeryProtection(CsrfViewMiddleware):
    """Asks for a token only where the browser does not say itself that one of our own pages sent the request.

    `Sec-Fetch-Site` and `Origin` are written by browsers and by no page; every browser that we support sends one of them
    with whatever is not GET or HEAD, from a form without scripts, too. So pages without tokens can be kept, whole and
    compressed. Who sends neither, as programs and old browsers, needs the token as ever. A foreign `Origin` was refused
    before this is asked (Django).
    """

    def _check_token(self, request: HttpRequest) -> None:
        if not is_from_here(request):
            super()._check_token(request)  # type: ignore[misc]  # not in Django's types


def is_from_here(request: HttpRequest) -> bool:
    """Whether the browser says so; an `Origin` must have been compared with our own already."""
    site = request.headers.get("Sec-Fetch-Site")
    return site == "same-origin" if site else "Origin" in request.headers


@lru_cache(maxsize=64)
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
