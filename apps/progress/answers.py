"""The chapter page as an answer: to a reader their own, to visitors who have done nothing yet one and the same."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic

from django.contrib.messages import get_messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.template.loader import render_to_string

from apps.accounts.context import has_mailbox
from apps.accounts.models import Role
from apps.accounts.recognition import Person

from .access import Published, Reading, load_published
from .frames import Page, build_frame
from .pages import Kind, Viewer, describe_holes
from .standing import Standing
from .texts import load_text

FRESH_S = 1.0
"""How long visitors may be shown a text that has been replaced: looking costs more than all the rest of their page."""

PERSONAL = {"Cache-Control": "private, no-cache", "Vary": "Cookie"}
TOLD_ONCE = {"Cache-Control": "private, no-store", "Vary": "Cookie"}
SHARED = {"Cache-Control": "public, max-age=0, must-revalidate", "Vary": "Accept-Encoding, Cookie"}
COMPRESSED = SHARED | {"Content-Encoding": "gzip"}


@dataclass(frozen=True)
class Shared:
    """A page that many are given. It holds no secret, so that compressing it gives nothing away."""

    page: Page
    compressed: Page


def answer_reader(request: HttpRequest, reading: Reading, viewer: Viewer) -> HttpResponse:
    """Their page, or that they have it already. No query."""
    frame, holes = build_frame(reading.chapter, viewer.kind), describe_holes(reading, viewer)
    if told := list(get_messages(request)):
        shown = render_to_string("components/messages.html", {"messages": told})
        return HttpResponse(frame.fill(holes | {"messages": shown}).body, headers=TOLD_ONCE)
    return answer(request, frame.fill(holes), PERSONAL)


def answer_visitor(request: HttpRequest, course: str, chapter: str) -> HttpResponse:
    """The page of a chapter for somebody who has done nothing yet, or 404. One query a second and chapter, if any."""
    shared = build_shared(find_published(course, chapter), view(request, None).kind)
    if "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""):
        return answer(request, shared.compressed, COMPRESSED)
    return answer(request, shared.page, SHARED)


def answer(request: HttpRequest, page: Page, headers: dict[str, str]) -> HttpResponse:
    headers = headers | {"ETag": page.tag}
    if page.tag in request.META.get("HTTP_IF_NONE_MATCH", ""):
        headers.pop("Content-Encoding", None)  # there is no content
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(page.body, headers=headers)


def view(request: HttpRequest, person: Person | None) -> Viewer:
    site = f"{request.scheme}://{request.get_host()}"
    if person is None:
        return Viewer("", Kind(site, False, False, has_mailbox(request)))
    is_admin = Role.ADMIN in person.roles
    is_editor = is_admin or Role.EDITOR in person.roles
    return Viewer(person.name, Kind(site, True, is_editor, has_mailbox(request, is_admin=is_admin)))


@lru_cache(maxsize=256)  # some 100 KB each
def build_shared(chapter: Published, kind: Kind) -> Shared:
    text = load_text(chapter.live)
    page = build_frame(chapter, kind).fill(describe_holes(Reading(chapter, text, Standing()), Viewer("", kind)))
    return Shared(page, Page(gzip.compress(page.body, mtime=0), page.tag))


_found: dict[tuple[str, str], tuple[float, Published]] = {}


def find_published(course: str, chapter: str) -> Published:
    """A readable chapter as it was at most FRESH_S ago, or while Postgres is away as it was last seen; or 404."""
    now = monotonic()
    seen, known = _found.get((course, chapter), (-FRESH_S, None))
    if known and now - seen < FRESH_S:
        return known
    try:
        published = load_published(course, chapter)
    except OperationalError:
        if known is None:
            raise
        published = known
    _found[course, chapter] = now, published  # only chapters that there are: no more than the site has
    return published
