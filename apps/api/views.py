"""The operations of the API, version 1. Each calls the verb that the page calls, too."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from ninja import Header, Query, Router, Status

from apps.accounts.models import Scope
from apps.api import docs, logs, pages, problems, representation, schemas
from apps.api.access import Bearer, get_user
from apps.api.openapi import Api
from apps.api.starts import start
from apps.runs import access, controlling, ending, stopping
from apps.runs.addresses import make_ticket
from apps.runs.logs import read as read_entries
from workers.protocol import State

READ, WRITE = Bearer(Scope.RUNS_READ), Bearer(Scope.RUNS_WRITE)
router = Router(tags=["runs"])


@router.post(
    "/runs",
    auth=WRITE,
    response={201: schemas.RunDetail, 200: schemas.RunDetail},
    url_name="runs",
    operation_id="start_run",
    summary="Start a run",
)
def start_run(
    request: HttpRequest,
    response: HttpResponse,
    wanted: schemas.Start,
    idempotency_key: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
) -> Status[dict[str, Any]]:
    """Start a run. 201: it is accepted, and will end. 200: it was accepted earlier under the same Idempotency-Key.

    An Idempotency-Key is any text of up to 64 printable characters that is new for every run, such as a UUID. Send a request whose answer was lost again with
    the same key and body: it starts no second run. The same key with another body is refused (422).
    """
    run, is_new = start(user=get_user(request), wanted=wanted, key=idempotency_key)
    response["Location"] = request.build_absolute_uri(reverse("api:run", args=[run.pk]))
    return Status(201 if is_new else 200, representation.describe_in_full(request, run))


@router.get(
    "/runs", auth=READ, response=schemas.RunPage, url_name="runs", operation_id="list_runs", summary="List your runs"
)
def list_runs(
    request: HttpRequest,
    state: State | None = None,
    project: Annotated[schemas.Line | None, Query(max_length=schemas.MAX_PATH)] = None,
    cursor: Annotated[schemas.Line | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> dict[str, Any]:
    """Your runs, newest first, a page at a time."""
    runs = pages.choose(access.list_runs(get_user(request)), state=state, project=project)
    page = pages.read_page(runs, cursor=cursor, size=limit)
    return {"runs": [representation.describe(request, run) for run in page.runs], "next": page.next}


@router.get(
    "/runs/{uuid:run_id}",
    auth=READ,
    response=schemas.RunDetail,
    url_name="run",
    operation_id="show_run",
    summary="Show a run",
)
def show_run(request: HttpRequest, run_id: uuid.UUID) -> dict[str, Any]:
    """All that is known of one of your runs."""
    return representation.describe_in_full(request, access.load_run(get_user(request), run_id))


@router.get(
    "/runs/{uuid:run_id}/events",
    auth=READ,
    response={307: None},
    openapi_extra=schemas.LIVE,
    url_name="events",
    operation_id="follow_run",
    summary="Follow a run live",
)
def follow_run(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """The run's events, from the first to the last and live: Server-Sent Events.

    Answers 307: the header Location names an address that opens the stream for a minute and needs no token (send it none). The stream ends with the run. If it
    breaks, ask here again, and send the id of the last event you saw as Last-Event-ID along with the request that opens the stream.
    """
    run = access.load_run(get_user(request), run_id)
    if run.is_over:
        ending.restore_stream(run)
    return HttpResponseRedirect(str(make_ticket(request, run)["events_url"]), status=307)


@router.get(
    "/runs/{uuid:run_id}/log",
    auth=READ,
    url_name="log",
    operation_id="read_log",
    summary="Read what a run has said",
    response={200: None},
    openapi_extra=schemas.LOG,
)
def read_log(
    request: HttpRequest,
    run_id: uuid.UUID,
    format: Annotated[Literal["text", "ndjson"] | None, Query(description="instead of the header Accept")] = None,
) -> HttpResponse:
    """What the run has said so far: its console as text, or every event as a line of JSON (application/x-ndjson)."""
    entries = read_entries(access.load_run(get_user(request), run_id))
    if format == "ndjson" or (format is None and request.get_preferred_type([logs.TEXT, logs.LINES]) == logs.LINES):
        return HttpResponse(logs.print_lines(entries), content_type=logs.LINES)
    return HttpResponse(logs.print_console(entries), content_type=f"{logs.TEXT}; charset=utf-8")


@router.post(
    "/runs/{uuid:run_id}/stops",
    auth=WRITE,
    response={202: schemas.Accepted},
    operation_id="stop_run",
    summary="Stop a run",
)
def stop_run(request: HttpRequest, run_id: uuid.UUID) -> dict[str, Any]:
    """End a run, in whatever state it is. Harmless for one that has ended."""
    return {"state": stopping.stop(run=access.load_run(get_user(request), run_id))}


@router.post(
    "/runs/{uuid:run_id}/pauses",
    auth=WRITE,
    response={202: schemas.Accepted},
    operation_id="pause_run",
    summary="Pause a run",
)
def pause_run(request: HttpRequest, run_id: uuid.UUID) -> dict[str, Any]:
    """Pause a run at its next step. Its clock stands still meanwhile, for ten minutes at most in all."""
    run = access.load_run(get_user(request), run_id)
    return {"id": controlling.pause(run=run), "state": run.state}


@router.post(
    "/runs/{uuid:run_id}/resumes",
    auth=WRITE,
    response={202: schemas.Accepted},
    operation_id="resume_run",
    summary="Let a paused run go on",
)
def resume_run(request: HttpRequest, run_id: uuid.UUID) -> dict[str, Any]:
    """Let a paused run go on."""
    run = access.load_run(get_user(request), run_id)
    return {"id": controlling.resume(run=run), "state": run.state}


@router.post(
    "/runs/{uuid:run_id}/steps",
    auth=WRITE,
    response={202: schemas.Accepted},
    operation_id="step_run",
    summary="Let a paused run make one step",
)
def step_run(request: HttpRequest, run_id: uuid.UUID) -> dict[str, Any]:
    """Let a paused run make one optimiser step; it is paused again afterwards."""
    run = access.load_run(get_user(request), run_id)
    return {"id": controlling.step(run=run), "state": run.state}


@router.post(
    "/runs/{uuid:run_id}/inspections",
    auth=WRITE,
    response={202: schemas.Accepted},
    operation_id="inspect_run",
    summary="Look inside a run",
)
def inspect_run(request: HttpRequest, run_id: uuid.UUID, wanted: schemas.Inspection) -> dict[str, Any]:
    """Look inside a run: an `inspection` event with the same id answers."""
    run = access.load_run(get_user(request), run_id)
    return {"id": controlling.inspect(run=run, of=wanted.of, name=wanted.name), "state": run.state}


api = Api()
api.add_router("", router)


@require_safe
def show_docs(request: HttpRequest) -> HttpResponse:
    """What the OpenAPI document says, for people; loads nothing from elsewhere."""
    operations = docs.list_operations(api.description_for_programs)
    return render(request, "api/docs.html", {"operations": operations, "kinds": problems.KINDS})


@require_safe
def show_openapi(request: HttpRequest) -> HttpResponse:
    return JsonResponse(api.description_for_programs)
