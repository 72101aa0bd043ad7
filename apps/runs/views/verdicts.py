"""What a run came to, as the part of a page that the lab fetches when the run ends."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.runs import access
from apps.runs.setups import read_setup
from apps.runs.verdicts import describe_verdict
from apps.runs.views.answers import answers_json


@require_safe
@answers_json
def show(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Its owner's alone: what somebody predicted is nobody else's business."""
    run = access.load_run(request.user, run_id)
    return render(request, "runs/_verdict.html", describe_verdict(run, read_setup(run.project_id)))
