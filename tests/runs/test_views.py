"""Runs over HTTP: who may, what comes back, and what bad input is told."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from redis import ConnectionError, Redis

from apps.runs.admission import MAX_STARTS
from apps.runs.ending import show_end
from apps.runs.models import Run
from apps.runs.recording import record_finish
from apps.runs.tickets import check
from tests.runs.builders import CODE, make_finished, make_project, make_run, make_student, put_events, shown
from workers.protocol import MAX_CODE_BYTES, State

Post = Callable[..., Any]


@pytest.fixture
def ada(client: Client) -> Client:
    client.force_login(make_student("ada"))
    return client


def post_run(client: Client, **changes: Any) -> Any:
    body = {"code": CODE, "project": None, "client_token": str(uuid.uuid4()), **changes}
    return client.post("/runs/", json.dumps(body), content_type="application/json")


def test_a_run_is_accepted_with_all_its_addresses(ada: Client) -> None:
    answer = post_run(ada)
    run = Run.objects.get()
    assert answer.status_code == 201
    words = answer.json()
    assert urlsplit(words.pop("events_url")).path == f"/runs/{run.pk}/events"
    assert words == {
        "id": str(run.pk),
        "state": "queued",
        "url": f"/runs/{run.pk}/",
        "tickets_url": f"/runs/{run.pk}/tickets/",
        "replay_url": f"/runs/{run.pk}/replay.json",
        "device": "cpu",
        "ahead": None,
        "estimate_s": None,
        "stop_url": f"/runs/{run.pk}/stops/",
        "pauses_url": f"/runs/{run.pk}/pauses/",
        "resumes_url": f"/runs/{run.pk}/resumes/",
        "steps_url": f"/runs/{run.pk}/steps/",
        "inspections_url": f"/runs/{run.pk}/inspections/",
    }


def test_a_repeated_token_is_answered_with_the_same_run(ada: Client) -> None:
    token = str(uuid.uuid4())
    first, second = post_run(ada, client_token=token), post_run(ada, client_token=token)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


def test_a_run_belongs_to_its_project(ada: Client) -> None:
    project = make_project()
    assert post_run(ada, project="torch/intro/fit").status_code == 201
    assert Run.objects.get().project == project


@pytest.mark.parametrize("path", ["torch/intro/other", "torch/intro", "torch", "x/intro/fit", "torch/intro/fit/more"])
def test_a_project_that_is_not_there_is_404(ada: Client, path: str) -> None:
    make_project()
    answer = post_run(ada, project=path)
    assert answer.status_code == 404
    assert "no such project" in answer.json()["error"]


def test_a_retired_project_is_404(ada: Client) -> None:
    project = make_project()
    project.retired_at = project.chapter.live.created_at if project.chapter.live else None
    project.save()
    assert post_run(ada, project="torch/intro/fit").status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"code": ""}, 400, "no code to run"),
        ({"code": " \n\t"}, 400, "no code to run"),
        ({"code": None}, 400, "no code to run"),
        ({"code": ["print(1)"]}, 400, "no code to run"),
        ({"code": "print('\0')"}, 400, "NUL"),
        ({"code": "print('\ud800')"}, 400, "lone surrogate"),
        ({"code": "x" * (MAX_CODE_BYTES + 1)}, 413, "longer than 256 KB"),
        ({"code": "é" * (MAX_CODE_BYTES // 2 + 1)}, 413, "longer than 256 KB"),
        ({"code": "x" * 3_000_000}, 413, "longer than 256 KB"),
        ({"client_token": "not-a-uuid"}, 400, "not a UUID"),
        ({"project": 7}, 400, "course/chapter/project"),
        ({"project": "a\0b"}, 400, "course/chapter/project"),
        ({"project": "a" * 201}, 400, "course/chapter/project"),
        ({"device": "tpu"}, 400, "There are: cpu, gpu."),
        ({"device": ["gpu"]}, 400, "There are: cpu, gpu."),
        ({"limits": 30}, 400, "JSON object of numbers by name"),
        ({"limits": {"wall_s": 121}}, 400, "Choose one from 1 to 120"),
        ({"limits": {"wall_s": "fast"}}, 400, "wall_s is a number, not 'fast'"),
    ],
)
def test_bad_input_is_told_in_plain_words(ada: Client, changes: dict[str, Any], status: int, words: str) -> None:
    answer = post_run(ada, **changes)
    assert answer.status_code == status
    assert words in answer.json()["error"]
    assert not Run.objects.exists()


def test_code_of_exactly_the_limit_is_accepted(ada: Client) -> None:
    assert post_run(ada, code="#" * MAX_CODE_BYTES).status_code == 201


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'"code"', b"[" * 100_000])
def test_what_is_no_json_object_is_told_so(ada: Client, body: bytes) -> None:
    answer = ada.post("/runs/", body, content_type="application/json")
    assert answer.status_code == 400
    assert "not" in answer.json()["error"]
    assert "JSON" in answer.json()["error"]


def test_a_full_site_is_told_with_a_time_to_come_back(ada: Client, settings: Settings) -> None:
    settings.MAX_UNFINISHED_RUNS = 0
    answer = post_run(ada)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "no more are taken for now" in answer.json()["error"]


def test_a_student_gives_a_run_less_than_its_project_allows(ada: Client) -> None:
    make_project(limits={"wall_s": 300})
    assert post_run(ada, project="torch/intro/fit", limits={"wall_s": 200}).status_code == 201
    assert Run.objects.get().limits == {"wall_s": 200}


def test_too_many_starts_are_told_when_to_come_back(ada: Client) -> None:
    user = make_student("eager")
    ada.force_login(user)
    for _ in range(MAX_STARTS):
        make_run(user, State.SUCCEEDED)
    answer = post_run(ada)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "Try again in" in answer.json()["error"]


def test_who_is_logged_out_is_asked_to_log_in(client: Client) -> None:
    answer = post_run(client)
    assert answer.status_code == 401
    assert answer.json()["error"].startswith("Log in to run code")
    assert answer.json()["login_url"].startswith("/accounts/")


def test_a_post_without_the_csrf_token_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_student())
    assert post_run(client).status_code == 403


@pytest.mark.parametrize("path", ["", "tickets/", "stops/"])
def test_the_run_of_somebody_else_is_not_there(ada: Client, path: str) -> None:
    run = make_run(make_student("alan"), State.RUNNING)
    answer = ada.post(f"/runs/{run.pk}/{path}") if path else ada.get(f"/runs/{run.pk}/")
    assert answer.status_code == 404
    assert Run.objects.get().stop_asked_at is None


@pytest.mark.parametrize(("path", "status"), [("tickets/", 401), ("stops/", 401), ("", 302)])
def test_a_visitor_gets_nothing(client: Client, path: str, status: int) -> None:
    run = make_run(make_student("alan"), State.RUNNING)
    answer = client.post(f"/runs/{run.pk}/{path}") if path else client.get(f"/runs/{run.pk}/")
    assert answer.status_code == status


def test_a_visitor_is_sent_to_log_in_before_the_history(client: Client) -> None:
    assert client.get("/runs/").status_code == 302


def test_reading_never_writes(ada: Client) -> None:
    run = make_run(make_student("alan"), State.RUNNING)
    for path in ("tickets/", "stops/"):
        assert ada.get(f"/runs/{run.pk}/{path}").status_code == 405


def test_a_ticket_opens_the_events_of_this_run_to_this_page(ada: Client) -> None:
    run_id = post_run(ada).json()["id"]
    answer = ada.post(f"/runs/{run_id}/tickets/", headers={"host": "localhost:8000"})
    url = urlsplit(answer.json()["events_url"])
    assert (url.scheme, url.netloc, url.path) == (
        "http",
        f"localhost:{settings.STREAMS_PORT}",
        f"/runs/{run_id}/events",
    )
    ticket = check(settings.TICKET_KEY, parse_qs(url.query)["ticket"][0], run=run_id, now=0)
    assert ticket.origin == "http://localhost:8000"
    assert answer.json()["expires_in"] == 60


def test_a_ticket_for_an_old_run_brings_its_stream_back_with_the_same_numbers(valkey: Redis, client: Client) -> None:
    user = make_student()
    client.force_login(user)
    run = make_run(user, State.RUNNING)
    put_events(valkey, run, "one", "two")
    record_finish(make_finished(run))
    show_end(str(run.pk))
    before = shown(valkey, run)
    valkey.delete(f"run:{run.pk}")
    assert client.post(f"/runs/{run.pk}/tickets/").status_code == 200
    assert shown(valkey, run) == before
    assert 0 < int(valkey.ttl(f"run:{run.pk}")) <= 600


def test_a_ticket_for_a_run_whose_log_is_gone_shows_how_it_ended(valkey: Redis, client: Client) -> None:
    user = make_student()
    client.force_login(user)
    run = make_run(user, State.FAILED, message="ValueError: no")
    assert client.post(f"/runs/{run.pk}/tickets/").status_code == 200
    [(_, last)] = shown(valkey, run)
    assert (last.type, last.data) == ("state", {"state": "failed", "message": "ValueError: no"})


def test_a_ticket_while_valkey_is_away_is_asked_for_again(client: Client) -> None:
    user = make_student()
    client.force_login(user)
    run = make_run(user, State.SUCCEEDED)
    with patch("apps.runs.streams.connect", side_effect=ConnectionError("away")):
        answer = client.post(f"/runs/{run.pk}/tickets/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")


def test_a_stop_is_accepted(client: Client) -> None:
    user = make_student()
    client.force_login(user)
    run = make_run(user, State.RUNNING)
    answer = client.post(f"/runs/{run.pk}/stops/")
    assert (answer.status_code, answer.json()) == (202, {"state": "running"})
    assert Run.objects.get().stop_asked_at is not None


def test_the_page_of_a_run_shows_its_code(client: Client) -> None:
    user = make_student()
    client.force_login(user)
    run = make_run(user, State.SUCCEEDED, project=make_project(), code="print('<mine>')")
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert "Fit a line" in page
    assert "print(&#x27;&lt;mine&gt;&#x27;)" in page
    assert f"/runs/{run.pk}/tickets/" in page


def test_the_history_is_paged_and_holds_only_own_runs(client: Client) -> None:
    user = make_student()
    client.force_login(user)
    own = [make_run(user, State.SUCCEEDED) for _ in range(27)]
    foreign = make_run(make_student("alan"), State.SUCCEEDED)
    first = client.get("/runs/").content.decode()
    older = re.search(r"\?before=([0-9a-f-]+)", first)
    assert older
    second = client.get(f"/runs/?before={older[1]}").content.decode()
    ids = [uuid.UUID(found) for found in re.findall(r'href="/runs/([0-9a-f-]{36})/"', first + second)]
    assert ids == [run.pk for run in reversed(own)]
    assert str(foreign.pk) not in first + second
    assert client.get("/runs/?before=nonsense").status_code == 200


@pytest.mark.parametrize("count", [1, 10])
def test_the_history_costs_the_same_for_one_and_for_ten(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user, project = make_student(), make_project()
    client.force_login(user)
    for _ in range(count):
        make_run(user, State.SUCCEEDED, project=project)
    with django_assert_num_queries(5):
        client.get("/runs/")
