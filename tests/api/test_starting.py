"""Starting runs: what comes back, once for a key, and what bad input is told."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from redis import Redis

from apps.accounts.models import User
from apps.runs.admission import MAX_STARTS
from apps.runs.models import Run
from tests.api.programs import Program, read_problem
from tests.runs.builders import CODE, make_project, make_run, make_student
from workers.protocol import MAX_CODE_BYTES, State


def test_a_run_is_accepted(ada: Program, student: User) -> None:
    answer = ada.start()
    run = Run.objects.get()
    assert (answer.status_code, run.user, run.code) == (201, student, CODE)
    assert answer["Location"] == f"http://testserver/api/v1/runs/{run.pk}"
    words = answer.json()
    assert words["id"] == str(run.pk)
    assert words["state"] == "queued"
    assert words["url"] == f"http://testserver/runs/{run.pk}/"
    assert words["events_url"] == f"http://testserver/api/v1/runs/{run.pk}/events"


def test_a_run_belongs_to_its_project(ada: Program) -> None:
    project = make_project()
    assert ada.start(project="torch/intro/fit").json()["project"] == "torch/intro/fit"
    assert Run.objects.get().project == project


def test_limits_lower_what_a_run_may_use(ada: Program) -> None:
    assert ada.start(limits={"wall_s": 30, "memory_mb": 1024}).json()["limits"] == {"wall_s": 30, "memory_mb": 1024}


def test_a_run_that_waits_is_told_its_place(ada: Program) -> None:
    answers = [ada.start().json() for _ in range(3)]
    assert (answers[2]["state"], answers[2]["ahead"]) == ("waiting", 2)


def test_the_same_key_is_the_same_run(ada: Program) -> None:
    first, second = ada.start(idempotency_key="k 1"), ada.start(idempotency_key="k 1")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Run.objects.count() == 1


def test_without_a_key_each_request_is_a_run(ada: Program) -> None:
    assert ada.start().json()["id"] != ada.start().json()["id"]


@pytest.mark.parametrize(
    "changes", [{"code": "print(2)"}, {"project": "torch/intro/fit"}, {"device": "gpu"}, {"limits": {"wall_s": 30}}]
)
def test_the_same_key_with_another_body_is_refused(ada: Program, changes: dict[str, Any]) -> None:
    make_project()
    ada.start(idempotency_key="k")
    answer = ada.start(idempotency_key="k", **changes)
    assert answer.status_code == 422
    assert read_problem(answer)["errors"][0]["field"] == "header.Idempotency-Key"
    assert Run.objects.count() == 1


def test_keys_are_each_persons_own(ada: Program) -> None:
    alan = Program.of(make_student("alan"))
    assert {each.start(idempotency_key="k").status_code for each in (ada, alan)} == {201}


@pytest.mark.parametrize("key", ["", "a" * 65, "é", "a\tb"])
def test_a_key_that_is_none_is_told_so(ada: Program, key: str) -> None:
    answer = ada.start(idempotency_key=key)
    assert answer.status_code == 422
    assert "1 to 64 printable" in read_problem(answer)["detail"]


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({}, "body.code", "required"),
        ({"code": " \n"}, "body.code", "There is no code to run."),
        ({"code": 7}, "body.code", "string"),
        ({"code": "print('\0')"}, "body.code", "NUL"),
        ({"code": "print('\ud800')"}, "body.code", "half a character"),
        ({"code": CODE, "project": "a\0b"}, "body.project", "printable"),
        ({"code": CODE, "project": "a" * 201}, "body.project", "200"),
        ({"code": CODE, "device": "tpu"}, "body.device", "'cpu' or 'gpu'"),
        ({"code": CODE, "limits": {"wall_s": "1"}}, "body.limits.wall_s", "valid"),
        ({"code": CODE, "limits": [1]}, "body.limits", "dictionary"),
        ({"code": CODE, "colour": "red"}, "body.colour", "not permitted"),
        ([], "body", "valid dict"),
    ],
)
def test_bad_input_is_told_field_by_field(ada: Program, body: object, field: str, words: str) -> None:
    answer = ada.post("/runs", body)
    assert answer.status_code == 422
    errors = read_problem(answer)["errors"]
    assert any(error["field"].startswith(field) and words in error["detail"] for error in errors), errors
    assert not Run.objects.exists()


@pytest.mark.parametrize("limits", [{"wall_s": 10**9}, {"memory_mb": 1.5}, {"patience": 3}, {"cores": 0}])
def test_limits_that_cannot_be_are_told(ada: Program, limits: dict[str, float]) -> None:
    answer = ada.start(limits=limits)
    assert answer.status_code == 422
    assert next(iter(limits)) in read_problem(answer)["detail"]


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"code": NaN}'])
def test_what_is_no_json_is_told_so(ada: Program, body: bytes) -> None:
    answer = ada.send("POST", "/runs", body)
    assert answer.status_code == 400
    assert "not JSON" in read_problem(answer)["detail"]


def test_a_form_is_not_read(ada: Program) -> None:
    answer = ada.send("POST", "/runs", b"code=print(1)", "application/x-www-form-urlencoded")
    assert answer.status_code == 415
    read_problem(answer)


@pytest.mark.parametrize("size", [MAX_CODE_BYTES + 1, 3_000_000])
def test_what_is_too_long_is_told_so(ada: Program, size: int) -> None:
    answer = ada.start(code="#" * size)
    assert answer.status_code == 413
    read_problem(answer)


def test_a_project_that_is_not_there_is_404(ada: Program) -> None:
    assert "course/chapter/key" in read_problem(ada.start(project="torch/intro/other"))["detail"]


def test_without_a_gpu_the_cpu_is_offered(ada: Program, valkey: Redis) -> None:
    answer = ada.start(device="gpu")
    assert answer.status_code == 409
    assert read_problem(answer)["offer"] == {"device": "cpu"}


def test_too_many_starts_are_told_when_to_come_back(ada: Program, student: User) -> None:
    for _ in range(MAX_STARTS):
        make_run(student, State.SUCCEEDED)
    answer = ada.start()
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)
    assert "Try again in" in read_problem(answer)["detail"]


def test_a_full_site_says_so(ada: Program, settings: Any) -> None:
    settings.MAX_UNFINISHED_RUNS = 0
    answer = ada.start()
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "no more are taken" in read_problem(answer)["detail"]


def test_a_key_may_be_a_uuid(ada: Program) -> None:
    assert ada.start(idempotency_key=str(uuid.uuid4())).status_code == 201
