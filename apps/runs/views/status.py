"""How the site stands, for people and for monitors."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.accounts.access import is_admin
from apps.runs.status import read_status


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
