"""Flags that members give, and what moderators do with one post or one thread."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.discussions.access import list_shown_posts, require
from apps.discussions.models import Post, Thread
from apps.discussions.reading import locate
from apps.discussions.rights import Action

from .. import hiding, moving, threads
from ..access import (
    MemberRequest,
    load_moderated_post,
    load_moderated_thread,
    members_only,
    moderators_only,
)
from ..flagging import flag, unflag
from ..forms import FlagForm, MergeForm, MoveForm, ReasonForm, SlowForm, SplitForm
from ..models import Flag
from ..reading import list_around, list_replies
from ..refusals import Unfit
from .answers import list_errors, refusing


def load_shown_post(request: MemberRequest, post_id: int) -> Post:
    """A post that stands in a tree for them, or 404."""
    posts = list_shown_posts(request.user).select_related("author", "thread__author", "thread__chapter__course")
    post = posts.filter(pk=post_id).first()
    if post is None:
        raise Http404("There is no such post.")
    return post


@members_only
@require_http_methods(["GET", "HEAD", "POST"])
@refusing
def flagging(request: MemberRequest, post_id: int) -> HttpResponse:
    """The form that flags a post, and what it sends."""
    post = load_shown_post(request, post_id)
    require(request.user, Action.FLAG, post)
    form = FlagForm(request.POST or None)
    if request.method != "POST":
        return show_flagging(request, post, form)
    try:
        if form.is_valid():
            flag(actor=request.user, post=post, **form.cleaned_data)
            messages.success(request, "Thank you. Moderators look at it; you can take the flag back until they decide.")
            return redirect(locate(post, post.thread))
    except Unfit as refusal:
        form.add_error("note", str(refusal))
    return show_flagging(request, post, form, status=422)


def show_flagging(request: MemberRequest, post: Post, form: FlagForm, *, status: int = 200) -> HttpResponse:
    given = Flag.objects.filter(post=post, person=request.user, outcome=None).select_related("reason").first()
    context = {"post": post, "form": form, "given": given, "address": locate(post, post.thread)}
    return render(request, "moderation/flag.html", context, status=status)


@members_only
@require_POST
@refusing
def unflagging(request: MemberRequest, post_id: int) -> HttpResponse:
    post = load_shown_post(request, post_id)
    unflag(actor=request.user, post=post)
    messages.success(request, "Your flag is taken back.")
    return redirect(locate(post, post.thread))


@moderators_only
@require_safe
def post(request: MemberRequest, post_id: int) -> HttpResponse:
    """What can be done with a post."""
    found = load_moderated_post(request.user, post_id)
    context = {
        "post": found,
        "address": locate(found, found.thread),
        "around": list_around(found),
        "form": ReasonForm(moderator=request.user),
    }
    return render(request, "moderation/post.html", context)


@moderators_only
@require_POST
@refusing
def post_change(request: MemberRequest, post_id: int, way: str) -> HttpResponse:
    """Hide it, show it again, let it appear or delete it."""
    found, form = load_moderated_post(request.user, post_id), ReasonForm(request.POST, moderator=request.user)
    if way not in hiding.WAYS:
        raise Http404("There is no such thing to be done with a post.")
    if not form.is_valid():
        raise Unfit(list_errors(form))
    hiding.change_post(actor=request.user, post=found, way=hiding.WAYS[way], reason=form.cleaned_data["reason"])
    messages.success(request, "Done. It stands in the log, and its author is told.")
    return redirect("moderation:post", post_id)


@moderators_only
@require_safe
def thread(request: MemberRequest, thread_id: int) -> HttpResponse:
    """What can be done with a thread."""
    found = load_moderated_thread(request.user, thread_id)
    asked = request.GET.get("post", "")
    forms = {
        "form": ReasonForm(moderator=request.user),
        "slowing": SlowForm(moderator=request.user, initial={"seconds": str(found.slow_seconds)}, auto_id="slow-%s"),
        "moving": MoveForm(moderator=request.user, initial={"chapter": found.chapter_id}, auto_id="move-%s"),
        "merging": MergeForm(moderator=request.user, auto_id="merge-%s"),
        "splitting": SplitForm(moderator=request.user, initial={"posts": asked[:100]}, auto_id="split-%s"),
    }
    return render(request, "moderation/thread.html", {"thread": found, "replies": list_replies(found), **forms})


@moderators_only
@require_POST
@refusing
def thread_change(request: MemberRequest, thread_id: int, way: str) -> HttpResponse:
    """Whatever can be done with a thread: the ways of `threads.WAYS`, and those that need more than a reason."""
    found = load_moderated_thread(request.user, thread_id)
    if way in threads.WAYS:
        values = read(ReasonForm(request.POST, moderator=request.user))
        threads.change_thread(actor=request.user, thread=found, way=threads.WAYS[way], reason=values["reason"])
    elif way in LONG_WAYS:
        thread_id = LONG_WAYS[way](request, found)
    else:
        raise Http404("There is no such thing to be done with a thread.")
    messages.success(request, "Done. It stands in the log, and who opened the thread is told.")
    return redirect("moderation:thread", thread_id)


def read(form: ReasonForm) -> dict[str, str]:
    if not form.is_valid():
        raise Unfit(list_errors(form))
    return form.cleaned_data


def slow(request: MemberRequest, thread: Thread) -> int:
    threads.slow(actor=request.user, thread=thread, **read(SlowForm(request.POST, moderator=request.user)))  # type: ignore[arg-type]
    return thread.pk


def move(request: MemberRequest, thread: Thread) -> int:
    moving.move(actor=request.user, thread=thread, **read(MoveForm(request.POST, moderator=request.user)))  # type: ignore[arg-type]
    return thread.pk


def merge(request: MemberRequest, thread: Thread) -> int:
    values = read(MergeForm(request.POST, moderator=request.user))
    into = load_moderated_thread(request.user, int(values["into"]))
    moving.merge(actor=request.user, thread=thread, into=into, reason=values["reason"])
    return into.pk


def split(request: MemberRequest, thread: Thread) -> int:
    new = moving.split(actor=request.user, thread=thread, **read(SplitForm(request.POST, moderator=request.user)))  # type: ignore[arg-type]
    return new.pk


LONG_WAYS = {"slowness": slow, "move": move, "merger": merge, "split": split}
