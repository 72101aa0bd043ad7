"""The page of results, and what the palette asks for."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from .actions import list_actions
from .finding import GLANCE, OVERVIEW, Answer, search, wish_page
from .forms import NO_PAGE, GlanceForm, SearchForm
from .glances import describe_actions, describe_answer
from .limits import count_search
from .refusals import Refusal


@require_safe
@cache_control(private=True)
def page(request: HttpRequest) -> HttpResponse:
    """What was found of every kind, or of one kind page by page; without words, the field alone."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return show(request, form, error=form.first_error(), status=400)
    if not form.cleaned_data["q"]:
        return show(request, form)
    try:
        return show(request, form, answer=answer(request, form))
    except Refusal as refusal:
        response = show(request, form, error=str(refusal), status=refusal.status)
        return tell_when(response, refusal)


def answer(request: HttpRequest, form: SearchForm) -> Answer:
    count_search(request)
    kind, number = form.cleaned_data["kind"], form.cleaned_data["page"]
    found = search(
        actor=request.user,
        typed=form.cleaned_data["q"],
        course=form.cleaned_data["course"],
        wish=wish_page(kind, number) if kind else OVERVIEW,
    )
    if number > 1 and not any(group.found for group in found.groups):
        raise Http404(NO_PAGE)
    return found


def show(
    request: HttpRequest, form: SearchForm, *, answer: Answer | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    asked = getattr(form, "cleaned_data", {})
    context = {
        "form": form,
        "answer": answer,
        "error": error,
        "q": asked.get("q", ""),
        "kind": asked.get("kind", ""),
        "course": asked.get("course"),
    }
    return render(request, "search/page.html", context, status=status)


@require_safe
@cache_control(private=True, max_age=60)
def suggestions(request: HttpRequest) -> HttpResponse:
    """A glance at what is found for words that are still being typed."""
    form = GlanceForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"error": form.first_error()}, status=400)
    try:
        count_search(request)
        found = search(actor=request.user, typed=form.cleaned_data["q"], wish=GLANCE)
    except Refusal as refusal:
        return tell_when(JsonResponse({"error": str(refusal)}, status=refusal.status), refusal)
    return JsonResponse(describe_answer(found))


@require_safe
@cache_control(private=True, no_store=True)
def actions(request: HttpRequest) -> HttpResponse:
    """What the palette offers before anything was typed."""
    return JsonResponse(describe_actions(list_actions(request)))


def tell_when(response: HttpResponse, refusal: Refusal) -> HttpResponse:
    """A refusal is kept by no cache, and says when to come back."""
    response.headers["Cache-Control"] = "no-store"
    if refusal.retry_after_s:
        response.headers["Retry-After"] = str(refusal.retry_after_s)
    return response
