"""What the page's scripts ask of runs: start, watch, steer, stop."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.models import User
from apps.runs import access, controlling, devices, ending, starting, stopping
from apps.runs.addresses import describe, make_ticket
from apps.runs.forms import read_inspection, read_start
from apps.runs.models import Run
from apps.runs.views.answers import answers_json, answers_watchers


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
        prediction=wanted.prediction,
    )
    # The first ticket comes along: it spares a request between the click and the first loss.
    words = describe(run) | {"events_url": make_ticket(request, run)["events_url"]}
    return JsonResponse(words, status=201 if is_new else 200)


@require_GET
@answers_json
def list_devices(request: HttpRequest) -> HttpResponse:
    path = request.GET.get("project", "")
    project = access.load_project(path) if path else None
    choices = devices.list_choices(user_id=cast("User", request.user).pk, project=project)
    return JsonResponse({"devices": [asdict(choice) for choice in choices]})


@require_POST
@answers_watchers
def make_run_ticket(request: HttpRequest, run: Run) -> HttpResponse:
    if run.is_over:
        ending.restore_stream(run)
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
