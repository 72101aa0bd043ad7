"""What is taken away from a run: its code, its curves, a picture of it."""

from __future__ import annotations

import uuid
from dataclasses import asdict

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from apps.runs import access, visitors
from apps.runs.addresses import find_page
from apps.runs.beside import list_beside
from apps.runs.cards import find_card
from apps.runs.curves import find_curve
from apps.runs.exporting import make_notebook, name_file
from apps.runs.models import Run, Visibility
from apps.runs.replays import write_replay
from apps.runs.series import read_series
from apps.runs.views.answers import answers_anybody, answers_watchers


def load(request: HttpRequest, run_id: uuid.UUID) -> Run:
    """Raises `TooManyLooks`: whatever is made of a run's log costs something."""
    visitors.count_look(request)
    return access.load_visible(request.user, run_id, request.GET.get("key", ""))


@require_safe
@never_cache
def script(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """The code as it was run, so that the lines of its errors are the same."""
    run = access.load_visible(request.user, run_id, request.GET.get("key", ""))
    return attach(run.code.rstrip("\n") + "\n", "text/x-python; charset=utf-8", name_file(run, "py"))


@require_safe
@answers_anybody
def notebook(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    run = load(request, run_id)
    text = make_notebook(run, address=request.build_absolute_uri(find_page(run)))
    return attach(text, "application/x-ipynb+json", name_file(run, "ipynb"))


@require_safe
@answers_anybody
def series(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    run = load(request, run_id)
    words = {"id": str(run.pk), "title": run.title, "state": run.state}
    return JsonResponse({**words, "series": [asdict(each) for each in read_series(run)]})


@require_safe
@gzip_page
@answers_watchers
def replay(request: HttpRequest, run: Run) -> HttpResponse:
    return HttpResponse(write_replay(run), content_type="application/json")


@require_safe
@answers_anybody
def beside(request: HttpRequest) -> HttpResponse:
    """What can be laid over the curves of a run of `?project=`; `?without=` is that run."""
    path = request.GET.get("project", "")
    project = access.load_project(path) if path else None
    offered = list_beside(request.user, project, without=request.GET.get("without", ""))
    return JsonResponse({"curves": [asdict(each) for each in offered]})


@require_safe
@answers_anybody
def card(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """For link previews: of a private run there is none, not even for its owner. Kept by us, and by no cache that would
    show it longer than it is shared."""
    run = load(request, run_id)
    if run.visibility == Visibility.PRIVATE:
        raise Http404("A private run has no picture. Share it first.")
    return HttpResponse(find_card(run), content_type="image/png")


@require_safe
@answers_anybody
def curve(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """A few hundred pixels of it, for where a run is spoken of."""
    run = access.load_visible(request.user, run_id)
    return HttpResponse(find_curve(run), content_type="image/svg+xml")


def attach(text: str, content_type: str, name: str) -> HttpResponse:
    """To be saved under this name, and not shown: it is what somebody wrote."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=content_type, headers=headers)
