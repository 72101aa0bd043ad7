"""One's notices; and what one wishes to be told, by a log-in or by a link from a mail."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.models import User

from .access import find_wishes, list_kinds, load_notice, load_wishes
from .forms import CursorForm, ReadingForm, WishesForm, ZoneForm
from .models import Wishes
from .reading import count_unread, list_page, mark_read, open_notice
from .wishing import keep_zone, save_wishes, stop_mail


@never_cache
@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    form = CursorForm(request.GET)
    if not form.is_valid():
        raise Http404("There is no such page of notices.")
    page = list_page(request.user, before=form.cleaned_data["before"])
    return render(request, "notices/list.html", {"page": page, "unread": count_unread(request.user)})


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    form = ReadingForm(request.POST)
    if form.is_valid():
        mark_read(actor=cast("User", request.user), up_to=form.cleaned_data["up_to"])
    return redirect("notices:list")


@login_required
@require_POST
def read(request: HttpRequest, notice_id: int) -> HttpResponse:
    open_notice(actor=cast("User", request.user), notice=load_notice(request.user, notice_id))
    return redirect("notices:list")


@login_required
@require_POST
def open_one(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Where to, the database promises, is a path of this site."""
    return redirect(open_notice(actor=cast("User", request.user), notice=load_notice(request.user, notice_id)))


@login_required
@require_POST
def zone(request: HttpRequest) -> HttpResponse:
    """Where the reader's clock stands, as their browser says."""
    form = ZoneForm(request.POST)
    is_kept = form.is_valid() and keep_zone(person=cast("User", request.user), zone=form.cleaned_data["zone"])
    return HttpResponse(status=204 if is_kept else 422)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: HttpRequest) -> HttpResponse:
    return answer_wishes(request, find_wishes(cast("User", request.user)), token="")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def linked_wishes(request: HttpRequest, token: str) -> HttpResponse:
    return answer_wishes(request, load_wishes(token), token=token)


def answer_wishes(request: HttpRequest, wishes: Wishes, *, token: str) -> HttpResponse:
    """The same page for both ways; `token` is the link's, or ""."""
    form = WishesForm(request.POST or None, kinds=list_kinds(wishes.person), wishes=wishes)
    if form.is_valid():
        save_wishes(person=wishes.person, paces=form.paces, unshown=form.unshown)
        messages.success(request, "Your wishes are kept.")
        return redirect(request.path)
    status = 422 if form.is_bound else 200
    context = {"form": form, "person": wishes.person, "zone": wishes.zone, "token": token}
    return render(request, "notices/wishes.html", context, status=status)


@never_cache
@csrf_exempt  # a mail program sends this, with nothing but the link; who has it may do no more than this
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """RFC 8058: a GET may come from a program that looks at links, so it asks; the POST acts and answers by itself."""
    person = load_wishes(token).person
    if request.method == "POST":
        stop_mail(person=person)
    return render(request, "notices/stop.html", {"token": token, "person": person, "is_done": request.method == "POST"})
