"""The log, for moderators and for everybody; filters and words that are kept."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.conduct.filtering import add_filter, list_filters, remove_filter

from ..access import MemberRequest, list_canned_replies, load_filter, moderators_only
from ..forms import FilterForm, LogFilter, LogFrom, ReplyForm
from ..log import list_log, list_public_log
from ..refusals import Refusal
from ..wording import keep_reply, remove_reply
from .answers import refusing


@moderators_only
@require_safe
def log(request: MemberRequest) -> HttpResponse:
    form = LogFilter(request.GET, moderator=request.user)
    if not form.is_valid():
        raise Http404("There is no such part of the log.")
    acts, before = list_log(request.user, form.cleaned_data)
    query = request.GET.copy()
    query.pop("before", None)
    return render(
        request, "moderation/log.html", {"acts": acts, "before": before, "form": form, "query": query.urlencode()}
    )


@require_safe
def public_log(request: HttpRequest) -> HttpResponse:
    asked = LogFrom(request.GET)
    if not asked.is_valid():
        raise Http404("There is no such page of the log.")
    acts, before = list_public_log(asked.cleaned_data["before"])
    return render(request, "conduct/log.html", {"acts": acts, "before": before})


@moderators_only
@require_http_methods(["GET", "HEAD", "POST"])
def filters(request: MemberRequest) -> HttpResponse:
    form = FilterForm(request.POST or None, moderator=request.user)
    if request.method == "POST" and form.is_valid() and submit_filter(request, form):
        return redirect("moderation:filters")
    context = {"form": form, "filters": list_filters(request.user)[:500]}
    return render(request, "moderation/filters.html", context, status=422 if form.errors else 200)


def submit_filter(request: MemberRequest, form: forms.Form) -> bool:
    try:
        add_filter(actor=request.user, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, "The filter holds from now on.")
    return True


@moderators_only
@require_POST
@refusing
def filter_removal(request: MemberRequest, filter_id: int) -> HttpResponse:
    remove_filter(actor=request.user, filter_=load_filter(filter_id))
    messages.success(request, "The filter is gone.")
    return redirect("moderation:filters")


@moderators_only
@require_http_methods(["GET", "HEAD", "POST"])
def replies(request: MemberRequest) -> HttpResponse:
    return answer_replies(request, None)


@moderators_only
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: MemberRequest, reply_id: int) -> HttpResponse:
    return answer_replies(request, reply_id)


@moderators_only
@require_POST
@refusing
def reply_removal(request: MemberRequest, reply_id: int) -> HttpResponse:
    remove_reply(actor=request.user, reply=get_object_or_404(list_canned_replies(request.user), pk=reply_id))
    messages.success(request, "The words are gone.")
    return redirect("moderation:replies")


def answer_replies(request: MemberRequest, reply_id: int | None) -> HttpResponse:
    """The words that are kept, with the form for new ones or for those of `reply_id`."""
    kept = list_canned_replies(request.user)
    changed = get_object_or_404(kept, pk=reply_id) if reply_id else None
    known = {"title": changed.title, "body": changed.body, "course": changed.course_id} if changed else None
    form = ReplyForm(request.POST or None, moderator=request.user, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            keep_reply(actor=request.user, reply=changed, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The words are kept.")
            return redirect("moderation:replies")
    context = {"form": form, "replies": kept[:500], "changed": changed}
    return render(request, "moderation/replies.html", context, status=422 if form.errors else 200)
