"""The discussion of a chapter and of a course, and where a question about a run goes."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import conditional_page, require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.accounts.models import User
from apps.courses.models import Chapter, Course
from apps.courses.reading import list_readable, load_chapter
from apps.runs.access import load_run, load_visible

from ..access import may, may_post
from ..choices import describe_list
from ..forms import ThreadForm, ThreadsFrom
from ..lists import Wish, list_threads
from ..markdown import TooMuch
from ..models import Post, Thread
from ..places import NoSuchPlace, Place, count_at_places, find_place, read_anchor
from ..posting import open_thread
from ..reading import locate
from ..refusals import Refusal
from ..rights import Action
from ..wording import TOO_MUCH

CHAPTERS = 200  # that a question can be put under, to choose from


@cache_control(private=True)
@vary_on_headers("HX-Request")
@require_http_methods(["GET", "HEAD", "POST"])
def chapter(request: HttpRequest, course: str, chapter: str) -> HttpResponse:
    """The threads of a chapter, as a page or, for htmx, as the part of it that lies below the text."""
    found = load_chapter(course, chapter)
    place = read_place(request, found)
    if request.method != "POST":
        return show_chapter(request, found, place)
    form = ThreadForm(request.POST, actor=request.user, chapter=found, place=place)
    if not may_post(request.user, found):
        return show_chapter(request, found, place, form, lost=request.POST.get("body", ""), status=403)
    if form.is_valid() and (post := submit_thread(request, found, form)):
        return redirect(locate(post, post.thread))
    return show_chapter(request, found, place, form, status=422)


def read_place(request: HttpRequest, chapter: Chapter) -> Place | None:
    """What a new thread is to be about: a place of the text, or a run that they may see."""
    asked = request.POST.get("place", "") if request.method == "POST" else request.GET.get("place", "")
    try:
        place = find_place(chapter, asked)
    except NoSuchPlace:
        return None
    if place and place.kind == Thread.Anchor.RUN:
        load_visible(request.user, uuid.UUID(place.key))
    return place


def submit_thread(request: HttpRequest, chapter: Chapter, form: ThreadForm) -> Post | None:
    sent = dict(form.cleaned_data)
    place = sent.pop("place")
    try:
        anchor = read_anchor(place) if place else (Thread.Anchor.CHAPTER, "")
        return open_thread(actor=cast("User", request.user), chapter=chapter, anchor=anchor, **sent)
    except TooMuch:
        form.add_error("body", TOO_MUCH)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
    return None


def show_chapter(
    request: HttpRequest,
    chapter: Chapter,
    place: Place | None,
    form: ThreadForm | None = None,
    *,
    lost: str = "",
    status: int = 200,
) -> HttpResponse:
    asked, here = read_wish(request), reverse("discussions:chapter", args=[chapter.course.slug, chapter.slug])
    wish, barred = make_wish(asked), may(request.user, Action.OPEN, chapter)
    page = list_threads(request.user, chapter, wish)
    template = "_threads" if request.headers.get("HX-Request") == "true" else "chapter"
    if form is None and not barred:
        form = begin_thread(request, chapter, place, asked)
    context = {"chapter": chapter, "page": page, "form": form, "lost": lost, "place": place, "barred": barred}
    context |= {"opens": bool((form and form.errors) or asked["run"] or asked["quote"] or "new" in request.GET)}
    return render(request, f"discussions/{template}.html", context | describe_list(here, wish, page), status=status)


def begin_thread(request: HttpRequest, chapter: Chapter, place: Place | None, asked: dict[str, Any]) -> ThreadForm:
    """An empty form, but for what the page before knew: the run, the place, the words that were marked."""
    quote = "".join(f"> {line}\n" for line in asked["quote"].splitlines()[:30])
    initial = {"body": f"{quote}\n"} if quote else {}
    run = str(asked["run"] or "")
    return ThreadForm(actor=request.user, chapter=chapter, place=place, run=run, initial=initial)


def read_wish(request: HttpRequest) -> dict[str, Any]:
    asked = ThreadsFrom(request.GET)
    if not asked.is_valid():
        raise Http404("There is no such page of this discussion.")
    return asked.cleaned_data


def make_wish(asked: dict[str, Any]) -> Wish:
    return Wish(asked["sort"], asked["kind"], asked["place"], asked["after"])


@require_safe
@cache_control(public=True, max_age=30)
@conditional_page
def count_places(request: HttpRequest, course: str, chapter: str) -> HttpResponse:
    """How many threads there are at each place, the same for everybody: the chapter's page asks once it is read."""
    return JsonResponse({"places": count_at_places(load_chapter(course, chapter))})


@require_safe
@cache_control(private=True)
@vary_on_headers("HX-Request")
def course(request: HttpRequest, course: str) -> HttpResponse:
    """The threads of all chapters of a course."""
    found, asked = get_object_or_404(Course, slug=course), read_wish(request)
    here, wish = reverse("discussions:course", args=[course]), make_wish(asked | {"place": ""})
    page = list_threads(request.user, found, wish)
    template = "_list" if request.headers.get("HX-Request") == "true" else "course"
    context = {"course": found, "page": page, "chapter": None}
    return render(request, f"discussions/{template}.html", context | describe_list(here, wish, page))


@require_safe
@never_cache
@login_required
def ask(request: HttpRequest) -> HttpResponse:
    """Where to ask about an own run: in its chapter, or, for code of one's own, in one that they choose."""
    try:
        run = load_run(request.user, uuid.UUID(request.GET.get("run", "")))
    except ValueError:
        raise Http404("The run to be asked about is not named.") from None
    query = f"?place=run:{run.pk}&run={run.pk}#new-thread"
    if run.project and run.project.chapter.live_id:
        chapter = run.project.chapter
        return redirect(reverse("discussions:chapter", args=[chapter.course.slug, chapter.slug]) + query)
    chapters = list_readable().select_related("course", "live").order_by("course__title", "number")[:CHAPTERS]
    return render(request, "discussions/ask.html", {"run": run, "query": query, "chapters": chapters})
