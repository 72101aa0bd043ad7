"""One thread: its page, and what its scripts ask for."""

from __future__ import annotations

from copy import deepcopy
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.accounts.models import User
from apps.notices.reading import count_unread
from apps.runs.addresses import make_room_ticket
from apps.runs.rooms import name_person, name_thread

from ..access import find_thread_of, load_post, load_thread, may, may_post
from ..arrivals import find_news, list_news, tag_news
from ..branches import Order
from ..dressing import dress
from ..following import mark_read
from ..forms import ParentField, PostForm
from ..markdown import TooMuch
from ..markdown import render as render_markdown
from ..mentions import find_mentioned, locate_all, suggest_names
from ..models import Post, Thread
from ..pacing import find_wait
from ..pages import Leaf, open_page, open_page_from, open_rest
from ..post_forms import BranchesFrom, SeenForm, SinceField
from ..reading import locate
from ..rights import LOG_IN, SILENCED, Action
from ..wording import TOO_MUCH

ORDERS = [(Order.TOP, "Best"), (Order.NEWEST, "Newest"), (Order.OLDEST, "Oldest"), (Order.ACTIVE, "Active")]


@cache_control(private=True)
@vary_on_headers("HX-Request")
@require_safe
def thread(request: HttpRequest, thread_id: int) -> HttpResponse:
    """A page of the thread or, for htmx, the rest of a branch."""
    found = load_thread(request.user, thread_id)
    if found.merged_into_id:
        return redirect("discussions:thread", found.merged_into_id)
    start = read_start(request, found)
    if start and request.headers.get("HX-Request") == "true":
        leaf = open_rest(request.user, found, start)
        return render(request, "discussions/_rest.html", {"thread": found, "leaf": leaf})
    return show_thread(request, found, open_page_from(request.user, found, start) if start else turn(request, found))


def turn(request: HttpRequest, thread: Thread) -> Leaf:
    """To the page that is asked for."""
    asked = BranchesFrom(request.GET)
    if not asked.is_valid():
        raise Http404("There is no such page of this thread.")
    return open_page(request.user, thread, **asked.cleaned_data)


def read_start(request: HttpRequest, thread: Thread) -> Post | None:
    """The post that the page is asked to begin with."""
    if "from" not in request.GET:
        return None
    asked = ParentField({"parent": request.GET["from"]})
    if not asked.is_valid():
        raise Http404("There is no such post.")
    return load_post(request.user, thread, asked.cleaned_data["parent"])


def show_thread(request: HttpRequest, thread: Thread, leaf: Leaf) -> HttpResponse:
    first = leaf.posts[0].post if leaf.posts and leaf.posts[0].post.depth == 0 else None
    first = first or Post.objects.select_related("author").get(thread=thread, parent=None)
    first.thread = thread
    form = PostForm(actor=request.user)
    blank = deepcopy(form)  # for the replies that a script opens
    blank.auto_id = "blank_%s"
    context = {
        "thread": thread,
        "chapter": thread.chapter,
        "leaf": leaf,
        "first": first,
        "orders": ORDERS,
        "form": form,
        "blank": blank,
        "may_post": may_post(request.user, thread.chapter),
        "barred": may(request.user, Action.REPLY, first),
        "wait": find_wait(request.user, thread),
    }
    return render(request, "discussions/thread.html", context)


@require_safe
def post(request: HttpRequest, thread_id: int, post_id: int) -> HttpResponse:
    """The permalink: on to the page that shows the post now, in whichever thread it stands by now."""
    found = find_thread_of(request.user, post_id)
    return redirect(locate(load_post(request.user, found, post_id), found))


@cache_control(private=True, no_cache=True)
@vary_on_headers("HX-Request")
@require_safe
def news(request: HttpRequest, thread_id: int) -> HttpResponse:
    """How many posts have come, or for htmx these posts. Asked often: one query, as long as nothing has."""
    found = load_thread(request.user, thread_id)
    asked = SinceField(request.GET)
    if not asked.is_valid():
        raise Http404("There is nothing new to that.")
    since = asked.cleaned_data["since"]
    if request.headers.get("HX-Request") == "true":
        shown = list_news(request.user, found, since=since)
        dress(request.user, found, shown, seen=since)
        return render(request, "discussions/_posts.html", {"thread": found, "posts": shown, "elsewhere": True})
    tag = tag_news(request.user, found, since=since)
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    new = find_news(request.user, found, since=since)
    return JsonResponse({"count": new.count, "more": new.more}, headers={"ETag": tag})


@require_POST
def hear(request: HttpRequest, thread_id: int) -> JsonResponse:
    """What an open page asks to hear the news of the thread, and on the same connection those of its reader."""
    found = load_thread(request.user, thread_id)
    rooms = [name_thread(found.pk)]
    if isinstance(request.user, User):
        rooms.append(name_person(request.user.pk))
    return JsonResponse(make_room_ticket(request, *rooms) | {"unread": count_unread(request.user)})


@require_safe
def people(request: HttpRequest, thread_id: int) -> JsonResponse:
    """Names of the thread that begin with `q`, for who writes a mention."""
    found = load_thread(request.user, thread_id)
    if refusal := may(request.user, Action.OPEN, found.chapter):
        return JsonResponse({"error": str(refusal)}, status=refusal.status)
    beginning = request.GET.get("q", "")[:60].replace("\0", "")
    return JsonResponse({"names": suggest_names(cast("User", request.user), found, beginning)})


@require_POST
def read(request: HttpRequest, thread_id: int) -> HttpResponse:
    """The reader was shown the thread up to the post named by `parent`, and has looked at those named by `seen`.

    Without scripts, by a button, they say that they have read everything up to there. Scripts are told how many notices
    are left, where some were read by that.
    """
    found = load_thread(request.user, thread_id)
    if not isinstance(request.user, User):
        return JsonResponse({"error": LOG_IN}, status=403)
    asked = SeenForm(request.POST)
    if not asked.is_valid():
        raise Http404("There is no such post.")
    last = load_post(request.user, found, asked.cleaned_data["parent"])
    is_all = "back" in request.POST
    seen = None if is_all else asked.cleaned_data["seen"]
    read = mark_read(actor=request.user, thread=found, last_post_id=last.pk, seen=seen)
    if is_all:
        return redirect("discussions:thread", found.pk)
    return JsonResponse({"unread": count_unread(request.user)}) if read else HttpResponse(status=204)


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What a text would look like, made as posts are."""
    if not may_post(request.user):
        error = SILENCED if request.user.is_authenticated else LOG_IN
        return render(request, "discussions/_preview.html", {"error": error}, status=403)
    form = PostForm(request.POST)
    form.is_valid()
    if "body" in form.errors:
        return render(request, "discussions/_preview.html", {"error": form.errors["body"][0]}, status=422)
    try:
        body = form.cleaned_data["body"]
        html = render_markdown(body, locate_all(find_mentioned(None, body)))
        return render(request, "discussions/_preview.html", {"html": html})
    except TooMuch:
        return render(request, "discussions/_preview.html", {"error": TOO_MUCH}, status=422)
