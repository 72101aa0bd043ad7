"""One thread of a discussion."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.models import User

from ..access import load_post, load_thread, may_post
from ..forms import ParentField, PostForm
from ..markdown import TooMuch
from ..models import Post, Thread
from ..posting import reply
from ..reading import list_posts, locate
from ..refusals import Refusal

TOO_MUCH = "This would show far more than it says. Leave some of the formatting out."


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
    asked, form = ParentField(request.POST), PostForm(request.POST, actor=request.user)
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
