"""A person's runs: which are listed and in what order, what is written on them, which stay on top."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.runs import keeping
from apps.runs.history import OUTCOMES, Choice, choose, list_projects
from apps.runs.models import Run
from apps.runs.refusals import TooManyPins
from apps.runs.states import ACTIVE, FINAL
from tests.runs.builders import make_project, make_run, make_student
from workers.protocol import State


@pytest.fixture
def ada(client: Client) -> User:
    user = make_student("ada")
    client.force_login(user)
    return user


def listed(client: Client, query: str = "") -> list[uuid.UUID]:
    page = client.get(f"/runs/{query}").content.decode()
    return [uuid.UUID(found) for found in re.findall(r'href="/runs/([0-9a-f-]{36})/"', page)]


def test_runs_are_chosen_by_project(client: Client, ada: User) -> None:
    of_project, own = make_run(ada, State.SUCCEEDED, project=make_project()), make_run(ada, State.SUCCEEDED)
    assert listed(client) == [own.pk, of_project.pk]
    assert listed(client, "?project=torch/intro/fit") == [of_project.pk]
    assert listed(client, "?project=own") == [own.pk]


def test_runs_are_chosen_by_outcome(client: Client, ada: User) -> None:
    failed, stopped = make_run(ada, State.FAILED), make_run(ada, State.STOPPED)
    met = make_run(ada, State.SUCCEEDED, goal_met=True)
    assert listed(client, "?outcome=failed") == [failed.pk]
    assert listed(client, "?outcome=stopped") == [stopped.pk]
    assert listed(client, "?outcome=goal") == listed(client, "?outcome=finished") == [met.pk]


@pytest.mark.parametrize("state", [*ACTIVE, *FINAL])
def test_every_state_is_found_under_one_outcome(ada: User, state: str) -> None:
    make_run(ada, State(state))
    found = [name for name in OUTCOMES if choose(Run.objects.all(), Choice(outcome=name)).exists()]
    assert len(found) == 1


@pytest.mark.parametrize(
    "query",
    [
        "?project=a/b/c", "?project=%00", "?project=torch", "?project=/////", "?outcome=won", "?outcome=%00",
        "?project=own&outcome=failed", "?project=" + "x" * 3000,
    ],
)  # fmt: skip
def test_what_there_is_not_is_said_and_the_way_back_shown(client: Client, ada: User, query: str) -> None:
    make_run(ada, State.SUCCEEDED)
    answer = client.get(f"/runs/{query}")
    assert answer.status_code == 200
    assert "No run of yours is like that." in answer.content.decode()


def test_a_choice_holds_on_the_next_page(client: Client, ada: User) -> None:
    runs = [make_run(ada, State.FAILED) for _ in range(26)]
    make_run(ada, State.SUCCEEDED)
    page = client.get("/runs/?outcome=failed").content.decode()
    older = re.search(r'href="(\?before=[^"]+)"', page)
    assert older
    assert listed(client, older[1].replace("&amp;", "&")) == [runs[0].pk]


def test_without_runs_the_way_to_one_is_shown(client: Client, ada: User) -> None:
    page = client.get("/runs/").content.decode()
    assert "You have not run anything yet." in page
    assert 'href="/lab/"' in page


def test_projects_are_those_one_has_run(ada: User) -> None:
    project = make_project()
    make_run(make_student("alan"), State.SUCCEEDED, project=project)
    assert list_projects(ada) == []
    for _ in range(2):
        make_run(ada, State.SUCCEEDED, project=project)
    assert [(each.path, each.title) for each in list_projects(ada)] == [("torch/intro/fit", "Fit a line")]


def test_what_is_pinned_comes_first_and_once(client: Client, ada: User) -> None:
    runs = [make_run(ada, State.SUCCEEDED) for _ in range(3)]
    assert pin(client, runs[0], "yes").status_code == 303
    assert listed(client) == [runs[0].pk, runs[2].pk, runs[1].pk]
    pin(client, runs[0], "no")
    assert listed(client) == [runs[2].pk, runs[1].pk, runs[0].pk]


def test_what_is_pinned_stands_on_the_first_page_only(client: Client, ada: User) -> None:
    pinned = make_run(ada, State.SUCCEEDED, pinned_at=timezone.now())
    runs = [make_run(ada, State.SUCCEEDED) for _ in range(26)]
    assert listed(client)[0] == pinned.pk
    assert listed(client, f"?before={runs[1].pk}") == [runs[0].pk]


def test_only_so_many_are_pinned(client: Client, ada: User) -> None:
    runs = [make_run(ada, State.SUCCEEDED) for _ in range(keeping.MAX_PINS + 1)]
    for run in runs[:-1]:
        keeping.pin(run=run)
    keeping.pin(run=runs[0])  # again is no more
    with pytest.raises(TooManyPins):
        keeping.pin(run=runs[-1])
    pin(client, runs[-1], "yes")
    assert "Unpin one of them first." in client.get("/runs/").content.decode()


def pin(client: Client, run: Run, word: str, back: str = "") -> Any:
    return client.post(f"/runs/{run.pk}/pins/", {"pinned": word, "back": back})


@pytest.mark.parametrize(
    ("back", "to"),
    [
        ("/runs/?outcome=failed", "/runs/?outcome=failed"),
        ("", "/runs/"),
        ("https://elsewhere.example/", "/runs/"),
        ("//elsewhere.example/", "/runs/"),
        ("/\\elsewhere.example/", "/runs/"),
        ("javascript:alert(1)", "/runs/"),
        ("runs", "/runs/"),
        ("/runs/\r\nX: y", "/runs/"),
    ],
)
def test_a_pin_leads_back_to_our_own_pages_only(client: Client, ada: User, back: str, to: str) -> None:
    assert pin(client, make_run(ada, State.SUCCEEDED), "yes", back)["Location"] == to


@pytest.mark.parametrize("word", ["", "maybe", "\0"])
def test_other_words_pin_nothing(client: Client, ada: User, word: str) -> None:
    assert pin(client, make_run(ada, State.SUCCEEDED), word).status_code == 400
    assert Run.objects.get().pinned_at is None


def label(client: Client, run: Run, name: str, note: str = "", **headers: str) -> Any:
    return client.post(f"/runs/{run.pk}/labels/", {"name": name, "note": note}, headers=headers)


def test_a_run_is_named_and_noted(client: Client, ada: User) -> None:
    run = make_run(ada, State.SUCCEEDED)
    assert label(client, run, "  Twice\tthe rate ", "Better.")["Location"] == f"/runs/{run.pk}/#record"
    run.refresh_from_db()
    assert (run.name, run.note, run.title) == ("Twice the rate", "Better.", "Twice the rate")
    label(client, run, "", "")
    run.refresh_from_db()
    assert (run.name, run.note, run.title) == ("", "", "Own code")


@pytest.mark.parametrize(
    ("name", "note"), [("x" * 81, ""), ("", "x" * 2001), ("a\0b", ""), ("a\u202eb", ""), ("", "a\0b")]
)
def test_what_does_not_fit_is_told_and_not_lost(client: Client, ada: User, name: str, note: str) -> None:
    run = make_run(ada, State.SUCCEEDED)
    answer = label(client, run, name, note)
    assert answer.status_code == 400
    assert 'class="errors"' in answer.content.decode()
    run.refresh_from_db()
    assert (run.name, run.note) == ("", "")


def test_htmx_is_answered_with_the_same_part_of_the_page(client: Client, ada: User) -> None:
    run = make_run(ada, State.SUCCEEDED)
    part = label(client, run, "Mine", **{"HX-Request": "true"}).content.decode()
    assert part.count("<section") == 1
    assert "Saved." in part
    assert 'value="Mine"' in part
    assert label(client, run, "x" * 81, **{"HX-Request": "true"}).status_code == 400


def test_only_the_owner_writes(client: Client, ada: User) -> None:
    run = make_run(make_student("alan"), State.SUCCEEDED)
    assert label(client, run, "Mine").status_code == 404
    assert pin(client, run, "yes").status_code == 404
    client.logout()
    assert label(client, run, "Mine").status_code == 302
    run.refresh_from_db()
    assert (run.name, run.pinned_at) == ("", None)


@pytest.mark.parametrize("noun", ["labels", "pins", "sharings", "stops/plain"])
def test_looking_writes_nothing(client: Client, ada: User, noun: str) -> None:
    assert client.get(f"/runs/{make_run(ada, State.SUCCEEDED).pk}/{noun}/").status_code == 405


@pytest.mark.parametrize("count", [1, 10])
def test_pins_cost_the_same_for_one_and_for_ten(
    client: Client, ada: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    project = make_project()
    for _ in range(count):
        make_run(ada, State.SUCCEEDED, project=project, pinned_at=timezone.now())
    with django_assert_num_queries(5):
        client.get("/runs/")
