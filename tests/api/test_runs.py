"""Looking at runs: who sees which, what is told of them, page by page."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from redis import Redis

from apps.accounts.models import User
from apps.runs import streams
from apps.runs.models import Run
from apps.runs.recording import record_finish
from apps.runs.tickets import check
from tests.api.programs import Program, read_problem
from tests.runs.builders import make_finished, make_project, make_run, make_student, put_events
from workers.protocol import State

READS = ["", "/events", "/log"]
WRITES = ["/stops", "/pauses", "/resumes", "/steps", "/inspections"]


@pytest.fixture
def over(student: User, valkey: Redis) -> Run:
    """A run that has ended, with its log."""
    run = make_run(student, State.RUNNING)
    put_events(valkey, run, "one\n", "two\n")
    record_finish(make_finished(run, metrics={"loss": {"last": 0.5}}))
    run.refresh_from_db()
    return run


def test_a_run_is_shown_with_its_figures(ada: Program, over: Run) -> None:
    words = ada.get(f"/runs/{over.pk}").json()
    assert (words["state"], words["exit_code"], words["wall_s"], words["peak_mb"]) == ("succeeded", 0, 1.5, 300.0)
    assert words["metrics"] == {"loss": {"last": 0.5}}
    assert words["checks"] is None
    assert words["code"] == over.code


@pytest.mark.parametrize("path", READS)
def test_the_run_of_somebody_else_is_not_there(ada: Program, path: str) -> None:
    run = make_run(make_student("alan"), State.RUNNING)
    assert read_problem(ada.get(f"/runs/{run.pk}{path}"))["status"] == 404


@pytest.mark.parametrize("path", WRITES)
def test_the_run_of_somebody_else_cannot_be_touched(ada: Program, path: str) -> None:
    run = make_run(make_student("alan"), State.RUNNING)
    assert read_problem(ada.post(f"/runs/{run.pk}{path}", {}))["status"] == 404
    assert Run.objects.get().stop_asked_at is None


def test_the_list_holds_own_runs_only_newest_first_page_by_page(ada: Program, student: User) -> None:
    own = [make_run(student, State.SUCCEEDED) for _ in range(5)]
    make_run(make_student("alan"), State.SUCCEEDED)
    seen, cursor = [], ""
    while True:
        page = ada.get(f"/runs?limit=2{cursor}").json()
        seen += [run["id"] for run in page["runs"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [str(run.pk) for run in reversed(own)]


@pytest.mark.parametrize("cursor", ["x", "a" * 501, "%00", "WzEsMl0:abc:def"])
def test_a_cursor_of_others_making_leads_nowhere(ada: Program, cursor: str) -> None:
    problem = read_problem(ada.get(f"/runs?cursor={cursor}"))
    assert (problem["status"], problem["errors"][0]["field"]) == (422, "query.cursor")


def test_the_list_can_be_narrowed(ada: Program, student: User) -> None:
    make_run(student, State.FAILED)
    inside = make_run(student, State.SUCCEEDED, project=make_project())
    assert [run["state"] for run in ada.get("/runs?state=failed").json()["runs"]] == ["failed"]
    found = ada.get("/runs?project=torch/intro/fit").json()["runs"]
    assert [(run["id"], run["project"]) for run in found] == [(str(inside.pk), "torch/intro/fit")]
    assert ada.get("/runs?project=torch").json()["runs"] == []


@pytest.mark.parametrize("query", ["state=asleep", "limit=0", "limit=101", "limit=x", "project=%00"])
def test_what_cannot_be_asked_of_the_list_is_told(ada: Program, query: str) -> None:
    problem = read_problem(ada.get(f"/runs?{query}"))
    assert (problem["status"], problem["errors"][0]["field"]) == (422, f"query.{query.partition('=')[0]}")


@pytest.mark.parametrize("count", [1, 10])
def test_the_list_costs_the_same_for_one_and_for_ten(ada: Program, student: User, count: int) -> None:
    project = make_project()
    for _ in range(count):
        make_run(student, State.SUCCEEDED, project=project)
    ada.get("/runs")  # notes that the token is used, once in ten minutes
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(ada.get("/runs").json()["runs"]) == count
    assert len(queries) == 2, queries.captured_queries


def test_a_run_costs_two_queries(ada: Program, over: Run) -> None:
    ada.get("/runs")
    with CaptureQueriesContext(connection) as queries:
        ada.get(f"/runs/{over.pk}")
    assert len(queries) == 2, queries.captured_queries


def test_events_are_behind_a_ticket_at_the_streams(ada: Program, over: Run) -> None:
    answer = ada.get(f"/runs/{over.pk}/events")
    assert answer.status_code == 307
    assert answer["Location"].startswith(f"http://testserver:8001/runs/{over.pk}/events?ticket=")


def test_a_ticket_is_the_token_owners_whatever_cookie_comes_along(ada: Program, over: Run) -> None:
    ada.client.force_login(make_student("alan"))
    query = parse_qs(urlsplit(ada.get(f"/runs/{over.pk}/events")["Location"]).query)
    assert check(settings.TICKET_KEY, query["ticket"][0], run=str(over.pk), now=0).user == str(over.user_id)


def test_the_log_is_the_console(ada: Program, over: Run) -> None:
    answer = ada.get(f"/runs/{over.pk}/log")
    assert (answer["Content-Type"], answer.content) == ("text/plain; charset=utf-8", b"one\ntwo\n")


@pytest.mark.parametrize(
    ("path", "accept"),
    [("/log?format=ndjson", "*/*"), ("/log", "application/x-ndjson"), ("/log?format=ndjson", "text/plain")],
)
def test_the_log_has_every_event(ada: Program, over: Run, path: str, accept: str) -> None:
    answer = ada.get(f"/runs/{over.pk}{path}", accept=accept)
    assert answer["Content-Type"] == "application/x-ndjson"
    events = [json.loads(line) for line in answer.content.splitlines()]
    assert [event["type"] for event in events] == ["stdout", "stdout", "state"]
    assert events[0] == {"id": "1-1", "type": "stdout", "at": 0.1, "data": {"text": "one\n"}}


def test_the_log_of_a_run_that_goes_on_is_what_it_said_so_far(ada: Program, student: User, valkey: Redis) -> None:
    run = make_run(student, State.RUNNING)
    put_events(valkey, run, "so far")
    assert ada.get(f"/runs/{run.pk}/log").content == b"so far"


def test_the_log_of_a_run_that_waits_is_empty(ada: Program, student: User) -> None:
    assert ada.get(f"/runs/{make_run(student, State.WAITING).pk}/log").content == b""


def test_a_format_that_there_is_not_is_told(ada: Program, over: Run) -> None:
    assert read_problem(ada.get(f"/runs/{over.pk}/log?format=xml"))["errors"][0]["field"] == "query.format"


def test_a_stop_is_accepted(ada: Program, student: User) -> None:
    run = make_run(student, State.RUNNING)
    answer = ada.post(f"/runs/{run.pk}/stops")
    assert (answer.status_code, answer.json()["state"]) == (202, "running")
    assert Run.objects.get().stop_asked_at is not None


def test_a_stop_of_a_run_that_has_ended_does_no_harm(ada: Program, over: Run) -> None:
    answer = ada.post(f"/runs/{over.pk}/stops")
    assert (answer.status_code, answer.json()["state"]) == (202, "succeeded")


@pytest.mark.parametrize(
    ("noun", "state"), [("pauses", State.RUNNING), ("resumes", State.PAUSED), ("steps", State.PAUSED)]
)
def test_a_run_that_goes_on_can_be_steered(ada: Program, student: User, valkey: Redis, noun: str, state: State) -> None:
    run = make_run(student, state)
    answer = ada.post(f"/runs/{run.pk}/{noun}")
    assert (answer.status_code, answer.json()["state"]) == (202, state)
    [asked] = valkey.lrange(f"controls:{run.pk}", 0, -1)
    assert json.loads(asked)["id"] == answer.json()["id"]


def test_a_run_can_be_looked_into(ada: Program, student: User, valkey: Redis) -> None:
    run = make_run(student, State.RUNNING)
    answer = ada.post(f"/runs/{run.pk}/inspections", {"of": "tensor", "name": "layer.weight"})
    [asked] = valkey.lrange(f"controls:{run.pk}", 0, -1)
    found = json.loads(asked)
    assert (answer.status_code, found["of"], found["name"]) == (202, "tensor", "layer.weight")


@pytest.mark.parametrize("noun", ["pauses", "resumes", "steps", "inspections"])
def test_a_run_that_has_ended_cannot_be_steered(ada: Program, over: Run, noun: str) -> None:
    problem = read_problem(ada.post(f"/runs/{over.pk}/{noun}", {}))
    assert (problem["status"], "has ended" in problem["detail"]) == (409, True)


@pytest.mark.parametrize("noun", ["resumes", "steps"])
def test_a_run_that_is_not_paused_cannot_go_on(ada: Program, student: User, noun: str) -> None:
    problem = read_problem(ada.post(f"/runs/{make_run(student, State.RUNNING).pk}/{noun}"))
    assert (problem["status"], problem["detail"]) == (409, "This run is not paused. Pause it first.")


@pytest.mark.parametrize("body", [{"of": "secrets"}, {"name": 7}, {"name": "a\n"}, {"name": "a" * 101}, {"x": 1}, None])
def test_an_inspection_of_nothing_is_told(ada: Program, student: User, body: Any) -> None:
    run = make_run(student, State.RUNNING)
    assert read_problem(ada.post(f"/runs/{run.pk}/inspections", body))["status"] == 422


def test_too_many_controls_are_told_when_to_come_back(
    ada: Program, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MAX_CONTROLS", 2)
    run = make_run(student, State.RUNNING)
    answers = [ada.post(f"/runs/{run.pk}/pauses") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    read_problem(answers[-1])
