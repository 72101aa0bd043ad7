"""What stands beside the code that a student writes: its draft, and a solution."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.models import User
from apps.runs import access, drafts, solutions
from apps.runs.forms import read_writing
from apps.runs.views.answers import answers_json


@require_POST
@answers_json
def keep_draft(request: HttpRequest, project: str) -> HttpResponse:
    written, item = read_writing(request), access.load_project(project)
    kept = drafts.keep(user=cast("User", request.user), project=item, code=written.code, revision=written.revision)
    return JsonResponse({"revision": kept.revision})


@require_safe
@answers_json
def show_solution(request: HttpRequest, project: str) -> HttpResponse:
    code = solutions.reveal(user=cast("User", request.user), project=access.load_project(project))
    return JsonResponse({"code": code})
