"""Two to five runs side by side: which may be, and what is shown of them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.runs.comparing import compare_runs
from apps.runs.models import Run, Visibility
from apps.runs.sharing import share
from tests.runs.builders import make_run, make_student
from workers.protocol import State


@pytest.fixture
def ada(client: Client) -> User:
    user = make_student("ada")
    client.force_login(user)
    return user


def ask(client: Client, ids: Sequence[object]) -> tuple[int, str]:
    answer = client.get("/runs/compare/", {"run": [str(each) for each in ids]})
    return answer.status_code, answer.content.decode()


def make_runs(user: User, count: int) -> list[Run]:
    return [make_run(user, State.SUCCEEDED, code=f"lr = {number}") for number in range(count)]


def test_the_first_is_what_the_others_are_compared_with(ada: User) -> None:
    runs = [
        make_run(ada, State.SUCCEEDED, code="lr = 1\nend", metrics={"loss": {"last": 0.123456}}),
        make_run(ada, State.FAILED, code="lr = 2\nend", metrics={"loss": {"last": "NaN"}, "accuracy": {"last": 0.9}}),
        make_run(ada, State.SUCCEEDED, code="lr = 1\nend"),
    ]
    compared = compare_runs(runs)
    assert [letter for letter, _ in compared.runs] == ["A", "B", "C"]
    assert [(each.name, each.values) for each in compared.metrics] == [
        ("loss", ["0.1235", "NaN", ""]),
        ("accuracy", ["", "0.9", ""]),
    ]
    assert [(each.letter, each.added, each.removed) for each in compared.differences] == [("B", 1, 1), ("C", 0, 0)]


def test_code_too_long_to_compare_is_said_so(ada: User) -> None:
    runs = [make_run(ada, State.SUCCEEDED, code=f"x = {number}\n" * 5_000) for number in range(2)]
    [difference] = compare_runs(runs).differences
    assert "more than 2000 lines" in difference.problem


def test_runs_stand_in_the_order_in_which_they_were_made(client: Client, ada: User) -> None:
    first, second = make_runs(ada, 2)
    for ids in ([first.pk, second.pk], [second.pk, first.pk, first.pk]):
        status, page = ask(client, ids)
        assert status == 200
        assert page.index(f'href="/runs/{first.pk}/"') < page.index(f'href="/runs/{second.pk}/"')


@pytest.mark.parametrize("count", [0, 1, 6])
def test_two_to_five_are_compared(client: Client, ada: User, count: int) -> None:
    status, page = ask(client, [run.pk for run in make_runs(ada, count)])
    assert status == 400
    assert f"Choose 2 to 5 runs to compare; you chose {count}." in page


def test_one_run_twice_is_one(client: Client, ada: User) -> None:
    run = make_run(ada, State.SUCCEEDED)
    assert ask(client, [run.pk, run.pk])[0] == 400


@pytest.mark.parametrize("bad", ["", "x", "\0", "1" * 5000, "../.."])
def test_what_is_no_run_is_told_so(client: Client, ada: User, bad: str) -> None:
    status, page = ask(client, [make_run(ada, State.SUCCEEDED).pk, bad])
    assert status == 400
    assert "names no runs" in page


def test_public_runs_of_others_are_compared_and_no_others(client: Client, ada: User) -> None:
    own, other = make_run(ada, State.SUCCEEDED), make_run(make_student("alan"), State.SUCCEEDED)
    for visibility, status in ((None, 404), (Visibility.LINK, 404), (Visibility.PUBLIC, 200)):
        if visibility:
            share(run=other, visibility=visibility)
        assert ask(client, [own.pk, other.pk])[0] == status
    assert ask(client, [own.pk, uuid.uuid4()])[0] == 404


def test_code_is_shown_as_text(client: Client, ada: User) -> None:
    runs = [make_run(ada, State.SUCCEEDED, code=f"<script>{number}</script>") for number in range(2)]
    page = ask(client, [run.pk for run in runs])[1]
    assert "&lt;script&gt;1&lt;/script&gt;" in page
    assert "<script>1" not in page


@pytest.mark.parametrize("count", [2, 5])
def test_five_cost_no_more_queries_than_two(
    client: Client, ada: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ids = [run.pk for run in make_runs(ada, count)]
    with django_assert_num_queries(3):
        ask(client, ids)
