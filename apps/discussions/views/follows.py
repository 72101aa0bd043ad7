"""What somebody follows, whom they mute, and what they have said: theirs alone, but for what they posted."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.models import User
from apps.courses.models import Chapter

from ..access import list_visible_threads
from ..branches import Cursor
from ..following import Followed, follow, mute, unfollow, unmute
from ..follows import describe_muting, list_followed, list_follows, load_target
from ..forms import FollowForm, PageFrom
from ..lists import list_some
from ..models import Thread
from ..people import list_posts, load_person
from ..refusals import Refusal

SHELVES = {"followed": "Followed", "opened": "Opened by you", "posts": "Your posts"}
SAID = {
    "follow": "You will hear of what is new.",
    "unfollow": "You do not follow this any more.",
    "mute": "Muted: their posts are folded for you, and you hear nothing of them. They are not told.",
    "unmute": "Not muted any more.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def follows(request: HttpRequest) -> HttpResponse:
    """All that somebody follows; by POST, one thing more or less."""
    actor = cast("User", request.user)
    if request.method == "POST":
        return change_follows(request, actor)
    return render(request, "discussions/follows.html", {"follows": list_follows(actor)})


def change_follows(request: HttpRequest, actor: User) -> HttpResponse:
    form = FollowForm(request.POST)
    if not form.is_valid():
        raise Http404("There is nothing of this name to follow.")
    try:
        said = carry_out(actor, form.cleaned_data["wish"], form.cleaned_data["kind"], form.cleaned_data["number"])
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, said)
    back = form.cleaned_data["back"]
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else reverse("discussions:follows"))


def carry_out(actor: User, wish: str, kind: str, number: int) -> str:
    """What is said of it. Letting go needs no right: what was followed may be out of sight by now. Raises a `Refusal`."""
    if wish == "unfollow":
        unfollow(actor=actor, target=stand_for(kind, number))
    elif wish == "unmute":
        unmute(actor=actor, person=User(pk=number))
    elif wish == "follow":
        follow(actor=actor, target=load_target(actor, kind, number))
    elif isinstance(person := load_target(actor, kind, number), User):
        mute(actor=actor, person=person)
    return SAID[wish]


def stand_for(kind: str, number: int) -> Followed:
    """Something by its number alone: to let go of it, nothing has to be loaded."""
    if kind == "thread":
        return Thread(pk=number)
    return Chapter(pk=number) if kind == "chapter" else User(pk=number)


@require_safe
@never_cache
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """What somebody follows with how much is new in it, what they opened, what they wrote."""
    reader, shelf, after = cast("User", request.user), request.GET.get("show", "followed"), read_after(request)
    context = {"shelf": shelf, "shelves": SHELVES, "here": request.path, "chapter": None}
    if shelf not in SHELVES:
        raise Http404("There is no such list.")
    if shelf == "posts":
        return render(request, "discussions/mine.html", context | {"posts": list_posts(reader, reader, after=after)})
    threads = list_followed(reader) if shelf == "followed" else list_visible_threads(reader).filter(author=reader)
    return render(request, "discussions/mine.html", context | {"page": list_some(reader, threads, after=after)})


@require_safe
@never_cache
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """What somebody has posted, and the buttons to follow or mute them."""
    found = load_person(person_id)
    context = {
        "person": found,
        "posts": list_posts(request.user, found, after=read_after(request)),
        "muting": describe_muting(request.user, found),
        "here": request.path,
    }
    return render(request, "discussions/person.html", context)


def read_after(request: HttpRequest) -> Cursor | None:
    asked = PageFrom(request.GET)
    if not asked.is_valid():
        raise Http404("There is no such page of this list.")
    after: Cursor | None = asked.cleaned_data["after"]
    return after
