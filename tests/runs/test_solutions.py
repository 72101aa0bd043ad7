"""A solution is seen by who has tried, and by nobody before."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.runs.solutions import TRIED
from apps.runs.states import FINAL
from tests.runs.builders import make_project, make_run, make_student
from workers.protocol import State

ADDRESS = "/solutions/torch/intro/fit/"
SOLUTION = "print('solved')\n"


def ask(client: Client) -> Any:
    return client.get(ADDRESS)


@pytest.mark.parametrize("state", TRIED)
def test_a_run_that_came_to_its_end_opens_it(client: Client, state: State) -> None:
    ada, project = make_student("ada"), make_project(solution=SOLUTION)
    client.force_login(ada)
    make_run(ada, state, project=project, started_at=timezone.now())
    assert ask(client).json() == {"code": SOLUTION}


@pytest.mark.parametrize("state", sorted(set(State) - set(TRIED)))
def test_any_other_run_leaves_it_shut(client: Client, state: State) -> None:
    ada, project = make_student("ada"), make_project(solution=SOLUTION)
    client.force_login(ada)
    make_run(ada, state, project=project)
    answer = ask(client)
    assert answer.status_code == 403
    assert "Run the project first" in answer.json()["error"]
    assert SOLUTION not in answer.content.decode()


def test_runs_of_others_and_of_other_code_leave_it_shut(client: Client) -> None:
    ada, project = make_student("ada"), make_project(solution=SOLUTION)
    client.force_login(ada)
    make_run(make_student("bob"), State.SUCCEEDED, project=project)
    make_run(ada, State.SUCCEEDED)
    make_run(ada, State.SUCCEEDED, project=make_project(course="other"))
    assert ask(client).status_code == 403


def test_visitors_are_asked_to_log_in(client: Client) -> None:
    make_project(solution=SOLUTION)
    assert ask(client).status_code == 401


def test_a_project_without_one_says_so(client: Client) -> None:
    ada, project = make_student("ada"), make_project()
    client.force_login(ada)
    make_run(ada, State.SUCCEEDED, project=project)
    assert ask(client).status_code == 404


def test_what_was_tried_came_to_an_end() -> None:
    assert set(TRIED) < set(FINAL)
