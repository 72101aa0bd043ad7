"""GPU seconds per student and course; without a GPU, or over the budget, the CPU is offered aloud."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from redis import Redis

from apps.accounts.models import User
from apps.courses.models import Item
from apps.runs.models import Run
from apps.runs.recording import record_finish
from apps.runs.refusals import GpuRefused
from apps.runs.starting import start
from tests.runs.builders import CODE, announce, make_finished, make_project, make_run, make_student, new_token
from workers.protocol import State

Commit = Callable[[], AbstractContextManager[Any]]


@pytest.fixture(autouse=True)
def _gpu(valkey: Redis, settings: Settings) -> None:
    settings.GPU_BUDGET_S = 1000
    announce(valkey, slots=1, queue="runs.gpu", worker="runs@gpu", devices=["NVIDIA H100"])


def begin(user: User, project: Item | None = None, **changes: Any) -> Run:
    return start(user=user, code=CODE, project=project, client_token=new_token(), **{"device": "gpu", **changes})[0]


def use(user: User, seconds: float, project: Item | None = None) -> Run:
    return make_run(user, State.SUCCEEDED, device="gpu", project=project, gpu_s=seconds)


def test_within_the_budget_a_run_goes_to_the_gpu() -> None:
    user = make_student()
    use(user, 880)
    assert begin(user).device == "gpu"


def test_over_the_budget_the_cpu_is_offered() -> None:
    user = make_student()
    use(user, 881)
    with pytest.raises(GpuRefused, match="used 881 of your 1000 GPU seconds of the last 30 days") as refusal:
        begin(user)
    assert refusal.value.offer == {"device": "cpu"}
    assert begin(user, device="cpu").device == "cpu"
    assert begin(user, limits={"wall_s": 60}).device == "gpu"


def test_runs_under_way_count_with_all_that_they_may_take() -> None:
    user = make_student()
    for _ in range(8):
        begin(user)
    with pytest.raises(GpuRefused, match="may take another 960 s"):
        begin(user)


def test_what_was_used_long_ago_by_others_or_elsewhere_does_not_count() -> None:
    user, project, other = make_student(), make_project(), make_project(course="numpy")
    old = use(user, 900, project)
    Run.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    use(make_student("alan"), 900, project)
    use(user, 900, other)
    use(user, 900)
    assert begin(user, project).device == "gpu"
    with pytest.raises(GpuRefused, match="in this course"):
        begin(user, other)


def test_where_no_gpu_is_there_the_cpu_is_offered(valkey: Redis, client: Client) -> None:
    announce(valkey, slots=1, queue="runs.gpu", worker="runs@gpu", refusal="The self-test failed.")
    client.force_login(make_student())
    body = json.dumps({"code": CODE, "device": "gpu"})
    answer = client.post("/runs/", body, content_type="application/json")
    assert answer.status_code == 409
    assert answer.json() == {
        "error": "No GPU is there at the moment. Run it on the CPU instead, or try again later.",
        "offer": {"device": "cpu"},
    }
    assert not Run.objects.exists()


def test_a_project_of_the_gpu_asks_for_one_by_itself_and_takes_the_offer() -> None:
    user, project = make_student(), make_project(device="gpu")
    assert begin(user, project, device=None).device == "gpu"
    assert begin(user, project, device="cpu").device == "cpu"


def test_what_a_run_held_is_recorded_for_lost_attempts_too(commit: Commit) -> None:
    run = make_run(make_student(), State.RUNNING, device="gpu")
    with commit():
        record_finish(make_finished(run, State.LOST, gpu_s=7.0))
        run.refresh_from_db()
        record_finish(make_finished(run, gpu_s=5.5, device="NVIDIA H100 80GB", paused_s=3.0))
    run.refresh_from_db()
    assert (run.state, run.gpu_s, run.ran_on, run.paused_s) == (State.SUCCEEDED, 12.5, "NVIDIA H100 80GB", 3.0)
