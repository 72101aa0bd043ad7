"""Runs as pages: the history, one run, some of them side by side, and the lab by itself."""

from __future__ import annotations

import uuid
from typing import cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.models import User
from apps.runs import access, comparing, visitors
from apps.runs.freely import open_lab
from apps.runs.history import OUTCOMES, Choice, choose, list_projects, read_page
from apps.runs.models import Run
from apps.runs.refusals import Refusal
from apps.runs.showing import describe_page, describe_plainly
from apps.runs.views.plainly import start_plainly
from apps.runs.views.steering import start

FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
"""What browsers send by themselves; scripts and programs send JSON."""


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """One address for all runs: look at them, or add one, by script or by form."""
    if request.method == "POST":
        return start_plainly(request) if request.content_type in FORMS else start(request)
    return list_own(request)


@never_cache
@login_required
def list_own(request: HttpRequest) -> HttpResponse:
    choice = Choice(request.GET.get("project", ""), request.GET.get("outcome", ""))
    page = read_page(choose(access.list_runs(request.user), choice), before=request.GET.get("before", ""))
    context = {
        "page": page,
        "choice": choice,
        "projects": list_projects(cast("User", request.user)),
        "outcomes": [(name, words) for name, (words, _) in OUTCOMES.items()],
    }
    return render(request, "runs/list.html", context)


@require_safe
@never_cache
def show(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    key = request.GET.get("key", "")
    try:
        run = access.load_visible(request.user, run_id, key)
    except Http404:
        if key or request.user.is_authenticated:
            raise
        return redirect_to_login(request.get_full_path())  # it may well be their own
    return show_plainly(request, run, key) if "plain" in request.GET else show_fully(request, run, key)


def show_fully(request: HttpRequest, run: Run, key: str) -> HttpResponse:
    return render(request, "runs/run.html", describe_page(request, run, key))


def show_plainly(request: HttpRequest, run: Run, key: str) -> HttpResponse:
    """As the server knows it now, for browsers without scripts: what is still going on is loaded again and again."""
    try:
        visitors.count_look(request)
    except Refusal as refusal:
        return render(request, "429.html", status=refusal.status)
    return render(request, "runs/plain.html", describe_plainly(request, run, key))


@require_safe
@never_cache
def compare(request: HttpRequest) -> HttpResponse:
    try:
        runs = comparing.load(request.user, request.GET.getlist("run"))
    except Refusal as refusal:
        return render(request, "runs/compare.html", {"problem": str(refusal)}, status=refusal.status)
    return render(request, "runs/compare.html", {"problem": "", "comparison": comparing.compare_runs(runs)})


@require_safe
@never_cache
def lab(request: HttpRequest) -> HttpResponse:
    """A lab without a project; `?run=` opens in it the code of a run that one may see."""
    return render(request, "runs/lab.html", {"lab": open_lab(request)})
