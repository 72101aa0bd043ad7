"""Runs as pages: the history, and one run."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from apps.runs import access
from apps.runs.addresses import describe
from apps.runs.history import read_page
from apps.runs.setups import read_setup
from apps.runs.views.steering import start


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """One address for all runs: look at them, or add one."""
    return start(request) if request.method == "POST" else list_own(request)


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
