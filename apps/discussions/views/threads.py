"""The discussion of a chapter. Its threads: `talk`, `posts`."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from apps.accounts.models import User
from apps.courses.models import Chapter
from apps.courses.reading import load_chapter

from ..access import may_post
from ..forms import ThreadForm, ThreadsFrom
from ..markdown import TooMuch
from ..models import Post
from ..posting import open_thread
from ..reading import Sort, list_threads, locate
from ..refusals import Refusal
from ..wording import TOO_MUCH

SORTS = [(Sort.NEWEST, "Newest first"), (Sort.OLDEST, "Oldest first")]


@cache_control(private=True)
@vary_on_headers("HX-Request")
@require_http_methods(["GET", "HEAD", "POST"])
def chapter(request: HttpRequest, course: str, chapter: str) -> HttpResponse:
    """The threads of a chapter, as a page or, for htmx, as the part of it that lies below the text."""
    found = load_chapter(course, chapter)
    if request.method != "POST":
        return show_chapter(request, found, ThreadForm())
    form = ThreadForm(request.POST)
    if not may_post(request.user, found):
        return show_chapter(request, found, form, lost=request.POST.get("body", ""), status=403)
    if form.is_valid() and (post := submit_thread(request, found, form)):
        return redirect(locate(post, post.thread))
    return show_chapter(request, found, form, status=422)


def submit_thread(request: HttpRequest, chapter: Chapter, form: ThreadForm) -> Post | None:
    try:
        return open_thread(actor=cast("User", request.user), chapter=chapter, **form.cleaned_data)
    except TooMuch:
        form.add_error("body", TOO_MUCH)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
    return None


def show_chapter(
    request: HttpRequest, chapter: Chapter, form: ThreadForm, *, lost: str = "", status: int = 200
) -> HttpResponse:
    asked = ThreadsFrom(request.GET)
    if not asked.is_valid():
        raise Http404("There is no such page of this discussion.")
    page = list_threads(request.user, chapter, sort=asked.cleaned_data["sort"], after=asked.cleaned_data["after"])
    template = (
        "discussions/_threads.html" if request.headers.get("HX-Request") == "true" else "discussions/chapter.html"
    )
    context = {"chapter": chapter, "page": page, "sorts": SORTS, "form": form, "lost": lost}
    return render(request, template, context | {"may_post": may_post(request.user, chapter)}, status=status)
