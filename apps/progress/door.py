"""A way to the chapter page past everything that it does not need."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from apps.accounts.recognition import Unrecognised

from .access import open_reading
from .answers import answer_reader, answer_visitor, view

COURSES = "/courses/"


class Door:
    """Middleware, in front of sessions, forms and messages: chapter pages are most of what is asked for, and the code
    between here and their view costs more than they do.

    What is not plain goes the ordinary way and ends at `views.chapter`, which gives the same answer: a page that is not
    there, a message to be shown, a session whose owner cannot be confirmed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD") and request.path_info.startswith(COURSES):
            found = find_chapter(request.path_info)
            if found and "messages" not in request.COOKIES:
                return self._open(request, *found)
        return self.get_response(request)

    def _open(self, request: HttpRequest, course: str, chapter: str) -> HttpResponse:
        try:
            response = open_page(request, course, chapter)
        except (Http404, Unrecognised):
            return self.get_response(request)
        response.headers["Content-Length"] = str(len(response.content))
        return response


def open_page(request: HttpRequest, course: str, chapter: str) -> HttpResponse:
    """Raises `Http404` and `Unrecognised`."""
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not session:
        return answer_visitor(request, course, chapter)
    asker, reading = open_reading(session, course, chapter)
    return answer_reader(request, reading, view(request, asker.person))


@lru_cache(maxsize=4096)
def find_chapter(path: str) -> tuple[str, str] | None:
    """Course and chapter, if this is the address of a chapter's page."""
    try:
        found = resolve(path)
    except Resolver404:
        return None
    return (found.kwargs["course"], found.kwargs["chapter"]) if found.view_name == "progress:chapter" else None
