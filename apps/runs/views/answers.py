"""Who is answered how: to scripts, refusals are JSON."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import resolve_url
from django.views.decorators.cache import never_cache
from redis import RedisError

from apps.runs import access, visitors
from apps.runs.models import Run
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


def answers_watchers(
    view: Callable[[HttpRequest, Run], HttpResponse],
) -> Callable[[HttpRequest, uuid.UUID], HttpResponse]:
    """For what a page asks to show a run: also for visitors, to whom it is shared; one who may have been its owner is asked
    to log in. While Valkey is away, that is said."""

    @answers_anybody
    def answer(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
        key = request.GET.get("key", "")
        visitors.count_look(request)
        try:
            return view(request, access.load_visible(request.user, run_id, key))
        except Http404:
            if key or request.user.is_authenticated:
                raise
            return ask_to_log_in("This run is not shared with everybody. If it is yours, log in to watch it.")
        except RedisError:
            words = {"error": "Live events are away for a moment. The run is not affected; try again in a few seconds."}
            return JsonResponse(words, status=503, headers={"Retry-After": "2"})

    return wraps(view)(answer)


def ask_to_log_in(words: str = "Log in to run code; your text stays as it is.") -> JsonResponse:
    return JsonResponse({"error": words, "login_url": resolve_url("account_login")}, status=401)


def refuse(refusal: Refusal) -> JsonResponse:
    words: dict[str, object] = {"error": str(refusal)}
    if refusal.offer:
        words["offer"] = refusal.offer
    headers = {"Retry-After": str(refusal.retry_after_s)} if refusal.retry_after_s else {}
    return JsonResponse(words, status=refusal.status, headers=headers)
