"""One post: answering, voting, accepting, changing, its history, deleting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.models import User

from ..accepting import accept, unaccept
from ..access import load_post, load_thread, may, may_bring_back
from ..dressing import dress
from ..editing import bring_back, edit, withdraw
from ..forms import ParentField, PostForm
from ..history import list_history
from ..markdown import TooMuch
from ..markdown import render as render_markdown
from ..models import Post, State
from ..pacing import find_wait
from ..post_forms import AcceptForm, ChangesFrom, EditForm, VoteForm, write_version
from ..posting import reply
from ..reading import locate, show
from ..refusals import Refusal
from ..rights import Action
from ..voting import vote
from ..wording import BROUGHT_BACK, CAN_BE_BROUGHT_BACK, HELD, TOO_MUCH, WITHDRAWN


@require_POST
def reply_to(request: HttpRequest, thread_id: int) -> HttpResponse:
    """Answer the post named by `parent`; what is refused comes back with its text and the reason."""
    asked = ParentField(request.POST)
    if not asked.is_valid():
        raise Http404("The post to be answered is not named.")
    parent = load(request, thread_id, asked.cleaned_data["parent"])
    if refusal := may(request.user, Action.REPLY, parent):
        return refuse(request, parent, refusal)
    form = PostForm(request.POST, actor=request.user)
    if "preview" in request.POST or not form.is_valid():
        return show_reply(request, parent, form, status=200 if form.is_valid() else 422)
    values = form.cleaned_data
    made, status = attempt(form, lambda: reply(actor=cast("User", request.user), parent=parent, **values))
    return go_to(request, made) if made else show_reply(request, parent, form, status=status)


@never_cache
@require_safe
def write_reply(request: HttpRequest, thread_id: int, post_id: int) -> HttpResponse:
    """The form for an answer to one post, for who has no scripts."""
    parent = load(request, thread_id, post_id)
    if refusal := may(request.user, Action.REPLY, parent):
        return refuse(request, parent, refusal)
    return show_reply(request, parent, PostForm(actor=request.user))


def show_reply(request: HttpRequest, parent: Post, form: PostForm, *, status: int = 200) -> HttpResponse:
    shown = show(request.user, parent.thread, [parent])
    dress(request.user, parent.thread, shown, seen=None)
    context = {
        "post": parent,
        "shown": shown[0],
        "form": form,
        "place": parent.pk,
        "wait": find_wait(request.user, parent.thread),
    }
    return render_about(request, "discussions/reply.html", parent, context | preview(request, form), status=status)


@require_POST
def vote_on(request: HttpRequest, thread_id: int, post_id: int) -> HttpResponse:
    post, asked = load(request, thread_id, post_id), VoteForm(request.POST)
    if not asked.is_valid():
        return HttpResponse("A vote is up, down or taken back.", status=400, content_type="text/plain")
    value = asked.cleaned_data["value"]
    return act(request, post, lambda user: vote(actor=user, post=post, value=value)._asdict() | {"value": value})


@require_POST
def accept_as_answer(request: HttpRequest, thread_id: int, post_id: int) -> HttpResponse:
    post, asked = load(request, thread_id, post_id), AcceptForm(request.POST)
    if not asked.is_valid():
        return HttpResponse("An answer is accepted or not.", status=400, content_type="text/plain")
    verb = accept if asked.cleaned_data["accepted"] else unaccept
    return act(request, post, lambda user: verb(actor=user, post=post))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_own(request: HttpRequest, thread_id: int, post_id: int) -> HttpResponse:
    """Asks, and then deletes or brings back."""
    post = load(request, thread_id, post_id)
    if request.method == "POST":
        if "undo" in request.POST:
            return act(request, post, lambda user: bring_back(actor=user, post=post), said=BROUGHT_BACK)
        said = CAN_BE_BROUGHT_BACK if post.state == State.VISIBLE else WITHDRAWN
        return act(request, post, lambda user: withdraw(actor=user, post=post), said=said)
    returns = may_bring_back(request.user, post) is None
    if not returns and (refusal := may(request.user, Action.WITHDRAW, post)):
        return refuse(request, post, refusal)
    return render_about(request, "discussions/withdrawal.html", post, {"post": post, "returns": returns})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, thread_id: int, post_id: int) -> HttpResponse:
    """Another text. Whoever was faster is shown below it, and nothing is overwritten unseen."""
    post = load(request, thread_id, post_id)
    if refusal := may(request.user, Action.EDIT, post):
        return refuse(request, post, refusal)
    form = EditForm(
        post,
        of_somebody_else=post.author_id != request.user.pk,
        data=request.POST if request.method == "POST" else None,
    )
    if request.method != "POST" or "preview" in request.POST or not form.is_valid():
        return show_change(request, post, form, status=422 if form.errors else 200)
    values = {"body": form.cleaned_data["body"], "reason": form.cleaned_data["reason"], "seen": form.seen}
    made, status = attempt(form, lambda: edit(actor=cast("User", request.user), post=post, **values))
    return (
        redirect(locate(made, post.thread))
        if made
        else show_change(request, load(request, thread_id, post_id), form, status=status)
    )


def show_change(request: HttpRequest, post: Post, form: EditForm, *, status: int) -> HttpResponse:
    context: dict[str, Any] = {"post": post, "form": form, "now": "", "place": f"edit-{post.pk}-{write_version(post)}"}
    if status == 409:
        form.post = post
        form.renew()
        context["now"] = post.body
    return render_about(request, "discussions/change.html", post, context | preview(request, form), status=status)


@require_safe
def history(request: HttpRequest, thread_id: int, post_id: int) -> HttpResponse:
    """How the post read before, and what each change did."""
    post = load(request, thread_id, post_id)
    if refusal := may(request.user, Action.SEE_HISTORY, post):
        return refuse(request, post, refusal)
    asked = ChangesFrom(request.GET)
    if not asked.is_valid():
        raise Http404("There is no such change.")
    before, chosen = asked.cleaned_data["before"], asked.cleaned_data["change"]
    found = list_history(request.user, post, before=before, chosen=chosen)
    return render_about(request, "discussions/history.html", post, {"post": post, "history": found})


def load(request: HttpRequest, thread_id: int, post_id: int) -> Post:
    return load_post(request.user, load_thread(request.user, thread_id), post_id)


def act(request: HttpRequest, post: Post, verb: Callable[[User], Any], *, said: str = "") -> HttpResponse:
    """Do it, and lead back to the post or, for scripts, say what stands there now."""
    try:
        outcome = verb(cast("User", request.user))
    except Refusal as refusal:
        return refuse(request, post, refusal)
    if wants_json(request):
        return JsonResponse(outcome if isinstance(outcome, dict) else {})
    if said:
        messages.success(request, said)
    return redirect(locate(post, post.thread))


def attempt(form: forms.Form, verb: Callable[[], Post]) -> tuple[Post | None, int]:
    """The post, or None and the status of a refusal, whose words stand in the form then."""
    try:
        return verb(), 200
    except TooMuch:
        form.add_error("body", TOO_MUCH)
        return None, 422
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return None, refusal.status


def go_to(request: HttpRequest, post: Post) -> HttpResponse:
    if post.state == State.HELD:
        messages.info(request, HELD)
    return redirect(locate(post, post.thread))


def refuse(request: HttpRequest, post: Post, refusal: Refusal) -> HttpResponse:
    """The sentence, with the text that came along."""
    headers = {"Retry-After": str(refusal.retry_after_s)} if refusal.retry_after_s else {}
    if wants_json(request):
        return JsonResponse({"error": str(refusal)}, status=refusal.status, headers=headers)
    context = {"refusal": refusal, "lost": request.POST.get("body", ""), "back": locate(post, post.thread)}
    return render_about(request, "discussions/refused.html", post, context, status=refusal.status, headers=headers)


def render_about(
    request: HttpRequest,
    template: str,
    post: Post,
    context: dict[str, Any],
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """A page about one post, which leads back to it."""
    about = {"thread": post.thread, "chapter": post.thread.chapter, "back": locate(post, post.thread)}
    answer = render(request, template, about | context, status=status)
    for name, value in (headers or {}).items():
        answer.headers[name] = value
    return answer


def preview(request: HttpRequest, form: forms.Form) -> dict[str, str]:
    """What the text would look like, where that was asked for."""
    if "preview" not in request.POST or "body" not in getattr(form, "cleaned_data", {}):
        return {"html": ""}
    try:
        return {"html": render_markdown(form.cleaned_data["body"])}
    except TooMuch:
        form.add_error("body", TOO_MUCH)
        return {"html": ""}


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")
