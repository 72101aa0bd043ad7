"""What holds for every address below /api/: tokens and no cookies, problems, methods, limits."""

from __future__ import annotations

import datetime
import logging
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone
from redis import ConnectionError, Redis

from apps.accounts.models import AccessToken, Scope, User
from apps.api import limits
from apps.runs.models import Run
from tests.api.programs import Program, read_problem
from tests.runs.builders import CODE, make_run, make_student
from workers.protocol import State

SOME = "00000000-0000-4000-8000-000000000000"
READS = ["/runs", f"/runs/{SOME}", f"/runs/{SOME}/events", f"/runs/{SOME}/log"]
WRITES = ["/runs", *(f"/runs/{SOME}/{noun}" for noun in ("stops", "pauses", "resumes", "steps", "inspections"))]


@pytest.mark.parametrize(("method", "path"), [*(("GET", p) for p in READS), *(("POST", p) for p in WRITES)])
@pytest.mark.parametrize("header", ["", "Basic YTpi", "Bearer", "Bearer kdl_wrong", "Bearer kdl_\xff", "Bearer x"])
def test_without_a_token_nothing_is_told(method: str, path: str, header: str) -> None:
    answer = Program().send(method, path, b"{}", **({"authorization": header} if header else {}))
    assert read_problem(answer)["status"] == 401
    assert answer["WWW-Authenticate"].startswith('Bearer realm="Kindling"')


def test_a_cookie_counts_for_nothing(client: Client, student: User) -> None:
    client.force_login(student)
    assert client.get("/api/v1/runs").status_code == 401
    assert client.post("/api/v1/runs", {"code": CODE}, content_type="application/json").status_code == 401
    assert not Run.objects.exists()


@pytest.mark.parametrize(("method", "path"), [*(("GET", p) for p in READS), *(("POST", p) for p in WRITES)])
def test_a_token_does_what_it_was_made_for_only(student: User, method: str, path: str) -> None:
    other = Scope.RUNS_WRITE if method == "GET" else Scope.RUNS_READ
    answer = Program.of(student, [other]).send(method, path, b"{}")
    assert read_problem(answer)["status"] == 403
    wanted = Scope.RUNS_READ if method == "GET" else Scope.RUNS_WRITE
    assert f'error="insufficient_scope", scope="{wanted}"' in answer["WWW-Authenticate"]


def test_a_token_dies_with_its_persons_account(ada: Program, student: User) -> None:
    assert ada.get("/runs").status_code == 200
    student.is_active = False
    student.save()
    assert ada.get("/runs").status_code == 401


def test_a_token_ends(ada: Program) -> None:
    AccessToken.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    assert 'error="invalid_token"' in ada.get("/runs")["WWW-Authenticate"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v1/", "/api/v1/runs/", "/api/v1/runs/7", "/api/", "/api/v2/runs"]
)
def test_what_is_not_there_is_a_problem(ada: Program, method: str, path: str) -> None:
    answer = ada.client.generic(method, path, headers={"authorization": f"Bearer {ada.secret}"})
    assert read_problem(answer)["status"] == 404


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/runs", "GET, HEAD, OPTIONS, POST"),
        (f"/runs/{SOME}", "GET, HEAD, OPTIONS"),
        (f"/runs/{SOME}/stops", "OPTIONS, POST"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
    ],
)
def test_the_methods_of_an_address_are_named(ada: Program, path: str, allowed: str) -> None:
    refused = ada.send("DELETE", path)
    assert (read_problem(refused)["status"], refused["Allow"]) == (405, allowed)
    asked = ada.send("OPTIONS", path)
    assert (asked.status_code, asked["Allow"], asked.content) == (204, allowed, b"")


def test_head_is_get_without_its_body(ada: Program, student: User) -> None:
    run = make_run(student, State.SUCCEEDED)
    answer = ada.send("HEAD", f"/runs/{run.pk}")
    assert (answer.status_code, answer.content) == (200, b"")


def test_pages_of_other_sites_are_told_nothing(ada: Program) -> None:
    for method in ("GET", "OPTIONS"):
        answer = ada.send(method, "/runs", origin="https://elsewhere.example")
        assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_a_foreign_host_is_a_problem(ada: Program) -> None:
    assert read_problem(ada.get("/runs", host="elsewhere.example"))["status"] == 400


def test_requests_are_counted_aloud(ada: Program) -> None:
    answer = ada.get("/runs")
    assert answer["RateLimit-Policy"] == '"requests";q=300;w=60'
    assert answer["RateLimit"].startswith('"requests";r=299;t=')
    assert ada.get("/runs")["RateLimit"].startswith('"requests";r=298;t=')


def test_too_many_requests_of_all_tokens_are_refused(
    ada: Program, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_REQUESTS", 3)
    monkeypatch.setattr("apps.api.limits.time.time", lambda: 1_000_000.0)
    second = Program.of(student)
    assert [each.get("/runs").status_code for each in (ada, second, ada)] == [200, 200, 200]
    answer = second.get("/runs")
    assert (read_problem(answer)["status"], answer["Retry-After"]) == (429, "20")
    assert answer["RateLimit"] == '"requests";r=0;t=20'
    assert Program.of(make_student("alan")).get("/runs").status_code == 200


def test_without_valkey_runs_are_still_read_and_started(
    ada: Program, student: User, caplog: pytest.LogCaptureFixture
) -> None:
    with patch("apps.api.limits.connect", side_effect=ConnectionError("away")):
        answer = ada.get("/runs")
    assert (answer.status_code, "RateLimit" in answer) == (200, False)
    assert "Valkey is away" in caplog.text


def test_events_without_valkey_are_asked_for_again(ada: Program, student: User) -> None:
    run = make_run(student, State.SUCCEEDED)
    ada.client.raise_request_exception = False
    with patch("apps.runs.streams.connect", side_effect=ConnectionError("away")):
        answer = ada.get(f"/runs/{run.pk}/events")
    assert (read_problem(answer)["status"], answer["Retry-After"]) == (503, "5")


def test_a_mistake_of_ours_is_a_problem_that_tells_nothing(ada: Program, caplog: pytest.LogCaptureFixture) -> None:
    ada.client.raise_request_exception = False
    with patch("apps.api.views.access.list_runs", side_effect=RuntimeError("the secret of the house")):
        answer = ada.get("/runs")
    assert read_problem(answer)["status"] == 500
    assert b"secret of the house" not in answer.content


def test_no_log_holds_a_token(ada: Program, caplog: pytest.LogCaptureFixture, valkey: Redis) -> None:
    caplog.set_level(logging.DEBUG)
    ada.client.raise_request_exception = False
    ada.get("/runs")
    ada.get("/nothing")
    with patch("apps.api.views.access.list_runs", side_effect=RuntimeError):
        ada.get("/runs")
    assert ada.secret[4:] not in caplog.text


def test_reading_writes_nothing_but_when_the_token_was_used(ada: Program, student: User) -> None:
    make_run(student, State.SUCCEEDED)
    ada.get("/runs")
    before = AccessToken.objects.get().last_used_at
    assert before is not None
    for path in ("/runs", f"/runs/{Run.objects.get().pk}"):
        ada.get(path)
    assert AccessToken.objects.get().last_used_at == before
