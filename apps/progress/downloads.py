"""What readers take along: a chapter as a notebook, a course as a book or as pages; and the pictures of chapters.

All of it is for everybody, as the pages are that it comes from.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from apps.courses.models import Chapter, Course, Picture, Revision
from apps.courses.notebooks.writing import write_notebook
from apps.courses.offline.books import print_book
from apps.courses.offline.keeping import fetch
from apps.courses.pictures import SUFFIXES

from .texts import load_text

KINDS = {"epub": "application/epub+zip", "zip": "application/zip", "ipynb": "application/x-ipynb+json"}
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"


@require_safe
def picture(request: HttpRequest, digest: str, suffix: str) -> HttpResponseBase:
    """A picture by the digest of its bytes. Whoever has that number has seen the picture, or a page that shows it: 256 bits are
    not guessed, so pictures of drafts need no lock of their own.
    """
    media_type = SUFFIXES.get(f".{suffix}", "")
    return answer(request, digest, partial(load_picture, digest, media_type), media_type, FOR_EVER)


@require_safe
def notebook(request: HttpRequest, course: str, chapter: str) -> HttpResponseBase:
    chapters = Chapter.objects.select_related("live")
    found = get_object_or_404(chapters, course__slug=course, slug=chapter, live__isnull=False)
    address = request.build_absolute_uri(f"/courses/{course}/{chapter}/")
    etag = f"{found.live_revision.digest}-{request.get_host()}"
    return answer(
        request, etag, lambda: write_notebook(found, address=address), KINDS["ipynb"], name=f"{chapter}.ipynb"
    )


@require_safe
def whole(request: HttpRequest, course: str, suffix: str) -> HttpResponseBase:
    """A course in one file, as soon as anything of it can be read."""
    found = get_object_or_404(Course.objects.filter(chapters__live__isnull=False).distinct(), slug=course)
    print_of_book = print_book(found)
    make = partial(fetch, found, suffix, print_of_book=print_of_book)
    return answer(request, f"{print_of_book}-{suffix}", make, KINDS[suffix], name=f"{course}.{suffix}")


@require_safe
@gzip_page
def drawings(request: HttpRequest, course: str, chapter: str, revision: int) -> HttpResponseBase:
    """What the figures of a chapter draw, or of an earlier text of it: a page that is open still shows that one."""
    there = Revision.objects.filter(chapter__live__isnull=False, chapter__slug=chapter, chapter__course__slug=course)
    text = load_text(get_object_or_404(there.only("pk"), pk=revision).pk)
    if not text.drawings:
        raise Http404
    return answer(request, f"drawings-{revision}", lambda: text.drawings, "image/svg+xml", FOR_EVER)


def load_picture(digest: str, media_type: str) -> bytes:
    """One query, or 404; the suffix of the address must be that of the picture."""
    return bytes(get_object_or_404(Picture, digest=digest, media_type=media_type).content)


def answer(
    request: HttpRequest,
    etag: str,
    make: Callable[[], bytes | str],
    content_type: str,
    cache: str = ASK_AGAIN,
    *,
    name: str = "",
) -> HttpResponseBase:
    """A file, or a 304 for who has it; with a `name` it is to be kept and not shown."""
    quoted = quote_etag(etag)
    response = get_conditional_response(request, etag=quoted)
    if response is None:
        response = HttpResponse(make(), content_type=content_type)
        if name:
            response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["ETag"], response["Cache-Control"] = quoted, cache
    return response
