"""Starting and stopping a run by forms, for browsers without scripts: both lead on to its page."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from apps.runs import access, starting, stopping
from apps.runs.forms import read_start_form
from apps.runs.models import Run
from apps.runs.refusals import Refusal

LOGGED_OUT = "You are logged out. Copy your code from here, log in, and run it then."


@never_cache
def start_plainly(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return refuse(request, LOGGED_OUT, HTTPStatus.UNAUTHORIZED)
    try:
        wanted = read_start_form(request)
        project = access.load_project(wanted.project) if wanted.project else None
        run, _ = starting.start(user=request.user, code=wanted.code, project=project, client_token=wanted.client_token)
    except (Refusal, Http404) as refusal:
        return refuse(request, str(refusal), getattr(refusal, "status", HTTPStatus.NOT_FOUND))
    return show_run(run)


@require_POST
@never_cache
@login_required
def stop_plainly(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    run = access.load_run(request.user, run_id)
    stopping.stop(run=run)
    return show_run(run)


def show_run(run: Run) -> HttpResponse:
    return HttpResponse(status=HTTPStatus.SEE_OTHER, headers={"Location": f"{run.get_absolute_url()}?plain"})


def refuse(request: HttpRequest, words: str, status: int) -> HttpResponse:
    """A page that says why there is no run, with the code in it: nothing that was typed is lost."""
    context = {
        "words": words,
        "code": request.POST.get("code", ""),
        "project": request.POST.get("project", ""),
        "is_logged_out": status == HTTPStatus.UNAUTHORIZED,
    }
    return render(request, "runs/refused.html", context, status=status)
