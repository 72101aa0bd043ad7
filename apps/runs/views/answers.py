"""Who is answered how: to scripts, refusals are JSON."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import resolve_url
from django.views.decorators.cache import never_cache

from apps.runs.refusals import Refusal

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def answers_json(view: View[P]) -> View[P]:
    """For views that scripts call: who is logged out, or asks for what is not there, is told so in JSON."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return ask_to_log_in()
        return told(request, *args, **kwargs)

    told = answers_anybody(view)
    return never_cache(answer)


def answers_anybody(view: View[P]) -> View[P]:
    """The same for what visitors may ask for, too."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Http404 as error:
            return JsonResponse({"error": str(error)}, status=404)
        except Refusal as refusal:
            return refuse(refusal)

    return never_cache(answer)


def ask_to_log_in(words: str = "Log in to run code; your text stays as it is.") -> JsonResponse:
    return JsonResponse({"error": words, "login_url": resolve_url("account_login")}, status=401)


def refuse(refusal: Refusal) -> JsonResponse:
    words: dict[str, object] = {"error": str(refusal)}
    if refusal.offer:
        words["offer"] = refusal.offer
    headers = {"Retry-After": str(refusal.retry_after_s)} if refusal.retry_after_s else {}
    return JsonResponse(words, status=refusal.status, headers=headers)


def refuse_live_events() -> JsonResponse:
    """While Valkey is away."""
    words = {"error": "Live events are away for a moment. The run is not affected; try again in a few seconds."}
    return JsonResponse(words, status=503, headers={"Retry-After": "2"})
