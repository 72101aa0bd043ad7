"""Runs in the browser: start, watch, steer, stop, look back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe
from redis import RedisError

from apps.accounts.access import is_admin
from apps.accounts.models import User
from apps.runs import access, controlling, ending, starting, stopping
from apps.runs.addresses import describe, make_ticket
from apps.runs.forms import read_inspection, read_start
from apps.runs.history import read_page
from apps.runs.refusals import Refusal
from apps.runs.setups import read_setup
from apps.runs.status import read_status

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def answers_json(view: View[P]) -> View[P]:
    """For views that scripts call: who is logged out, or asks for what is not there, is told so in JSON."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            words = {
                "error": "Log in to run code; your text stays as it is.",
                "login_url": resolve_url("account_login"),
            }
            return JsonResponse(words, status=401)
        try:
            return view(request, *args, **kwargs)
        except Http404 as error:
            return JsonResponse({"error": str(error)}, status=404)
        except Refusal as refusal:
            return refuse(refusal)

    return never_cache(answer)


def refuse(refusal: Refusal) -> JsonResponse:
    words: dict[str, object] = {"error": str(refusal)}
    if refusal.offer:
        words["offer"] = refusal.offer
    headers = {"Retry-After": str(refusal.retry_after_s)} if refusal.retry_after_s else {}
    return JsonResponse(words, status=refusal.status, headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """One address for all runs: look at them, or add one."""
    return start(request) if request.method == "POST" else list_own(request)


@answers_json
def start(request: HttpRequest) -> HttpResponse:
    wanted = read_start(request)
    run, is_new = starting.start(
        user=cast("User", request.user),
        code=wanted.code,
        project=access.load_project(wanted.project) if wanted.project else None,
        client_token=wanted.client_token,
        device=wanted.device,
        limits=wanted.limits,
    )
    # The first ticket comes along: it spares a request between the click and the first loss.
    words = describe(run) | {"events_url": make_ticket(request, run)["events_url"]}
    return JsonResponse(words, status=201 if is_new else 200)


@never_cache
@login_required
def list_own(request: HttpRequest) -> HttpResponse:
    page = read_page(access.list_runs(request.user), before=request.GET.get("before", ""))
    return render(request, "runs/list.html", {"runs": page.runs, "older": page.older})


@require_GET
@never_cache
@login_required
def show(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    run = access.load_run(request.user, run_id)
    goal = read_setup(run.project_id).goal
    return render(request, "runs/run.html", {"run": run, "urls": describe(run), "goal": goal})


@require_POST
@answers_json
def make_run_ticket(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    run = access.load_run(request.user, run_id)
    try:
        if run.is_over:
            ending.restore_stream(run)
    except RedisError:
        words = {"error": "Live events are away for a moment. Your run is not affected; try again in a few seconds."}
        return JsonResponse(words, status=503, headers={"Retry-After": "2"})
    return JsonResponse(make_ticket(request, run))


@require_POST
@answers_json
def stop(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    state = stopping.stop(run=access.load_run(request.user, run_id))
    return JsonResponse({"state": state}, status=202)


@require_POST
@answers_json
def pause(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    asked = controlling.pause(run=access.load_run(request.user, run_id))
    return JsonResponse({"id": asked}, status=202)


@require_POST
@answers_json
def resume(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    asked = controlling.resume(run=access.load_run(request.user, run_id))
    return JsonResponse({"id": asked}, status=202)


@require_POST
@answers_json
def step(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    asked = controlling.step(run=access.load_run(request.user, run_id))
    return JsonResponse({"id": asked}, status=202)


@require_POST
@answers_json
def inspect(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    run = access.load_run(request.user, run_id)
    wanted = read_inspection(request)
    asked = controlling.inspect(run=run, of=wanted.of, name=wanted.name)
    return JsonResponse({"id": asked}, status=202)


@require_safe
@never_cache
def show_status(request: HttpRequest) -> HttpResponse:
    """For everybody: who cannot run anything may see why."""
    return render(request, "runs/status.html", {"status": read_status(with_names=is_admin(request.user))})


@require_safe
@never_cache
def tell_status(request: HttpRequest) -> HttpResponse:
    status = read_status(with_names=is_admin(request.user))
    return JsonResponse({"works": status.works, **asdict(status)})
