"""Curves to lay over those of a run: the chapter's, and one's own earlier ones. Never somebody else's."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.courses.models import Item
from apps.runs.beside import MOST_RUNS
from apps.runs.models import Run
from tests.runs.builders import make_project, make_run, make_student
from workers.protocol import State

PROJECT = "torch/intro/fit"
CURVES = [{"name": "loss", "kind": "loss", "points": [[1, 2.0], [2, 0.5]]}]
NOON = timezone.make_aware(datetime.datetime(2026, 11, 23, 12))


def measure(user: User, project: Item | None, *, minutes: int = 0, **fields: Any) -> Run:
    run = make_run(user, State.SUCCEEDED, project=project, metrics={"loss": {"last": 0.5}}, **fields)
    Run.objects.filter(pk=run.pk).update(created_at=NOON + datetime.timedelta(minutes=minutes))
    return run


def ask(client: Client, project: str = PROJECT, **more: str) -> list[dict[str, Any]]:
    curves: list[dict[str, Any]] = client.get("/runs/beside.json", {"project": project, **more}).json()["curves"]
    return curves


@pytest.fixture
def ada(client: Client) -> User:
    ada = make_student("ada")
    client.force_login(ada)
    return ada


def test_the_chapter_s_own_come_first(client: Client, ada: User) -> None:
    run = measure(ada, make_project(curves=CURVES))
    recorded, earlier = ask(client)
    assert (recorded["label"], recorded["series"]) == ("The chapter’s run", CURVES)
    assert (earlier["label"], earlier["url"]) == ("Run of 23 Nov, 12:00", f"/runs/{run.pk}/series.json")


def test_they_are_said_to_be_the_solution_s_where_they_are(client: Client) -> None:
    make_project(curves=CURVES, solution="print('solved')")
    assert [each["label"] for each in ask(client)] == ["The chapter’s solution"]


def test_pinned_runs_then_the_newest(client: Client, ada: User) -> None:
    project = make_project()
    for minute in range(MOST_RUNS + 2):
        measure(ada, project, minutes=minute, name=f"number {minute}")
    measure(ada, project, minutes=-5, name="old and dear", pinned_at=timezone.now())
    labels = [each["label"] for each in ask(client)]
    assert labels == ["old and dear", *(f"number {minute}" for minute in range(MOST_RUNS + 1, 2, -1))]


def test_names_are_told_apart(client: Client, ada: User) -> None:
    project = make_project()
    for minute in range(3):
        measure(ada, project, minutes=minute, name="baseline")
    assert [each["label"] for each in ask(client)] == ["baseline", "baseline (2)", "baseline (3)"]


def test_what_cannot_be_drawn_is_not_offered(client: Client, ada: User) -> None:
    project = make_project()
    make_run(ada, State.FAILED, project=project)
    make_run(ada, State.RUNNING, project=project)
    measure(ada, None)
    measure(make_student("bob"), project, visibility="public")
    shown = measure(ada, project)
    assert ask(client, without=str(shown.pk)) == []


def test_the_free_lab_has_what_belongs_to_no_project(client: Client, ada: User) -> None:
    measure(ada, make_project(curves=CURVES))
    run = measure(ada, None)
    assert [each["url"] for each in ask(client, "")] == [f"/runs/{run.pk}/series.json"]


@pytest.mark.parametrize("without", ["", "x", "\0", "0" * 40])
def test_what_is_no_run_leaves_nothing_out(client: Client, ada: User, without: str) -> None:
    measure(ada, make_project())
    assert len(ask(client, without=without)) == 1


@pytest.mark.parametrize("project", ["torch/intro/none", "torch", "a/b/c", "\0", "/" * 9])
def test_a_project_that_is_not_there_is_a_404_with_words(client: Client, project: str) -> None:
    answer = client.get("/runs/beside.json", {"project": project})
    assert answer.status_code == 404
    assert "no such project" in answer.json()["error"]


def test_a_visitor_sees_the_chapter_s_alone(client: Client) -> None:
    measure(make_student("bob"), make_project(curves=CURVES))
    assert [each["label"] for each in ask(client)] == ["The chapter’s run"]
