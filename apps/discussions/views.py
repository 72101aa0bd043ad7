"""The discussion of a chapter, and one thread of it."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.accounts.models import User
from apps.courses.models import Chapter
from apps.courses.reading import load_chapter

from .access import load_post, load_thread, may_post
from .forms import ParentField, PostForm, ThreadForm, ThreadsFrom
from .markdown import TooMuch
from .models import Post, Thread
from .posting import open_thread, reply
from .reading import Sort, list_posts, list_threads, locate
from .refusals import Refusal

SORTS = [(Sort.NEWEST, "Newest first"), (Sort.OLDEST, "Oldest first")]
TOO_MUCH = "This would show far more than it says. Leave some of the formatting out."


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


@cache_control(private=True)
@require_safe
def thread(request: HttpRequest, thread_id: int) -> HttpResponse:
    found = load_thread(request.user, thread_id)
    if found.merged_into_id:
        return redirect("discussions:thread", found.merged_into_id)
    return show_thread(request, found, start=read_start(request, found))


def read_start(request: HttpRequest, thread: Thread) -> Post | None:
    """The post that the page is asked to begin with."""
    if "from" not in request.GET:
        return None
    asked = ParentField({"parent": request.GET["from"]})
    if not asked.is_valid():
        raise Http404("There is no such post.")
    return load_post(request.user, thread, asked.cleaned_data["parent"])


@require_POST
def reply_to(request: HttpRequest, thread_id: int) -> HttpResponse:
    """Answer the post named by `parent`; what is refused comes back with its text and the reason."""
    found = load_thread(request.user, thread_id)
    asked, form = ParentField(request.POST), PostForm(request.POST)
    if not asked.is_valid():
        raise Http404("The post to be answered is not named.")
    parent = load_post(request.user, found, asked.cleaned_data["parent"])
    if not may_post(request.user, found.chapter):
        return show_thread(request, found, start=None, lost=request.POST.get("body", ""), status=403)
    if form.is_valid() and (post := submit_reply(request, parent, form)):
        return redirect(locate(post, post.thread))
    return show_thread(request, found, start=parent, refused=form, status=422)


def submit_reply(request: HttpRequest, parent: Post, form: PostForm) -> Post | None:
    try:
        return reply(actor=cast("User", request.user), parent=parent, **form.cleaned_data)
    except TooMuch:
        form.add_error("body", TOO_MUCH)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
    return None


def show_thread(
    request: HttpRequest,
    thread: Thread,
    *,
    start: Post | None,
    refused: PostForm | None = None,
    lost: str = "",
    status: int = 200,
) -> HttpResponse:
    """The thread from `start` on. A refused reply to `start` stands open below it, with its text."""
    page = list_posts(request.user, thread, start=start)
    if refused and start and (shown := page.find(start)):
        shown.draft = refused.data.get("body", "")
        shown.errors = [str(error) for errors in refused.errors.values() for error in errors]
    context = {"thread": thread, "chapter": thread.chapter, "page": page, "lost": lost}
    return render(
        request,
        "discussions/thread.html",
        context | {"may_post": may_post(request.user, thread.chapter)},
        status=status,
    )
