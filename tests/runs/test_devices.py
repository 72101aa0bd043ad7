"""What a student is offered to train on."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from redis import Redis

from apps.runs.devices import Choice, list_choices
from tests.runs.builders import announce, make_project, make_run, make_student
from workers.protocol import State

pytestmark = pytest.mark.django_db


def announce_gpu(valkey: Redis) -> None:
    announce(valkey, slots=1, queue="runs.gpu", worker="runs@gpu", devices=["NVIDIA H100"])


def test_without_a_gpu_there_is_the_cpu_alone(valkey: Redis, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = make_student()
    announce(valkey, slots=2)
    with django_assert_num_queries(1):
        assert list_choices(user_id=user.pk, project=None) == [Choice("cpu", 2, 0)]


def test_a_machine_that_is_gone_has_no_slots(valkey: Redis) -> None:
    assert list_choices(user_id=make_student().pk, project=None) == [Choice("cpu", 0, 0)]


def test_runs_that_wait_are_counted_for_each_device(valkey: Redis) -> None:
    announce(valkey, slots=2)
    announce_gpu(valkey)
    user = make_student()
    for state, device in ((State.QUEUED, "cpu"), (State.WAITING, "cpu"), (State.RUNNING, "cpu"), (State.QUEUED, "gpu")):
        make_run(user, state, device=device)
    assert [choice.waiting for choice in list_choices(user_id=user.pk, project=None)] == [2, 1]


def test_what_is_left_of_the_budget_is_told(valkey: Redis, settings: Settings) -> None:
    settings.GPU_BUDGET_S = 1000
    announce_gpu(valkey)
    user, project = make_student(), make_project()
    make_run(user, State.SUCCEEDED, device="gpu", project=project, gpu_s=400)
    make_run(user, State.SUCCEEDED, device="gpu", gpu_s=2000)
    of_project, of_none = (list_choices(user_id=user.pk, project=each)[1] for each in (project, None))
    assert (of_project.left_s, of_project.budget_s) == (600, 1000)
    assert of_none.left_s == 0


def test_scripts_are_told_in_json(valkey: Redis, client: Client) -> None:
    announce(valkey, slots=2)
    client.force_login(make_student())
    answer = client.get("/runs/devices.json")
    assert answer.json() == {"devices": [{"device": "cpu", "slots": 2, "waiting": 0, "left_s": None, "budget_s": None}]}


def test_a_project_that_is_not_there_is_not_found(valkey: Redis, client: Client) -> None:
    client.force_login(make_student())
    assert client.get("/runs/devices.json?project=a/b/c").status_code == 404


def test_visitors_have_nothing_to_choose(valkey: Redis, client: Client) -> None:
    assert client.get("/runs/devices.json").status_code == 401
