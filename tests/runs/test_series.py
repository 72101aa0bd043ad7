"""Curves, thinned: few points, in order, and nothing that matters lost."""

from __future__ import annotations

from typing import Any

from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from apps.runs.series import MOST_SERIES, collect, read_series, thin
from apps.runs.streams import append, make_entry
from tests.runs.builders import keep_log, make_run, make_student
from workers.protocol import Event, State

VALUES = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["NaN", "Infinity", "-Infinity"]))


def metric(name: str, *points: tuple[int, Any], kind: str = "loss") -> tuple[str, dict[str, Any]]:
    return "metric", {"name": name, "kind": kind, "points": [list(point) for point in points]}


def as_event(told: tuple[str, dict[str, Any]]) -> Event:
    return Event(seq=1, at=0.0, type=told[0], data=told[1])


@given(st.lists(VALUES, max_size=300), st.integers(4, 50))
def test_few_points_are_left_with_both_ends_and_all_extremes(values: list[Any], most: int) -> None:
    points = list(enumerate(values))
    kept = thin(points, most)
    assert len(kept) <= max(most, 4)
    assert [step for step, _ in kept] == sorted({step for step, _ in kept})
    assert set(kept) <= set(points)
    if points:
        assert (kept[0], kept[-1]) == (points[0], points[-1])
    if len(values) > most and all(not isinstance(value, str) for value in values):
        assert {min(values), max(values)} <= {value for _, value in kept}


def test_a_nan_among_thousands_is_kept() -> None:
    points = [(step, "NaN" if step == 777 else 1.0) for step in range(10_000)]
    assert (777, "NaN") in thin(points, 100)


def test_losses_come_first_and_steps_grow() -> None:
    told = [
        metric("rate", (1, 0.1), kind="learning_rate"),
        metric("loss", (3, 0.3), (1, 0.1)),
        metric("loss", (2, 0.2), (3, 0.33)),
    ]
    loss, rate = collect(as_event(each) for each in told)
    assert (loss.name, loss.points, loss.count) == ("loss", [(1, 0.1), (2, 0.2), (3, 0.33)], 3)
    assert rate.name == "rate"


def test_only_so_many_names_are_drawn() -> None:
    told = [metric(f"m{number}", (1, 1.0)) for number in range(MOST_SERIES + 5)]
    assert len(collect(as_event(each) for each in told)) == MOST_SERIES


def test_only_the_last_attempt_is_drawn() -> None:
    run = make_run(make_student(), State.SUCCEEDED, fence=2)
    keep_log(run, metric("loss", (1, 9.0), (2, 8.0)), fence=1)
    keep_log(run, metric("loss", (1, 5.0)), fence=2)
    [loss] = read_series(run)
    assert loss.points == [(1, 5.0)]


def test_a_run_that_goes_on_shows_its_curves_so_far(valkey: Redis, client: Client) -> None:
    user = make_student()
    client.force_login(user)
    run = make_run(user, State.RUNNING)
    append(str(run.pk), [make_entry(1, as_event(metric("loss", (1, 0.5), (2, "NaN"))))])
    words = client.get(f"/runs/{run.pk}/series.json").json()
    assert words["state"] == "running"
    assert words["series"] == [{"name": "loss", "kind": "loss", "count": 2, "points": [[1, 0.5], [2, "NaN"]]}]


def test_a_run_without_a_log_has_none(client: Client) -> None:
    user = make_student()
    client.force_login(user)
    run = make_run(user, State.LOST)
    assert client.get(f"/runs/{run.pk}/series.json").json()["series"] == []


def test_others_are_told_that_there_is_nothing(client: Client) -> None:
    run = make_run(make_student(), State.SUCCEEDED)
    answer = client.get(f"/runs/{run.pk}/series.json")
    assert (answer.status_code, "no such run" in answer.json()["error"]) == (404, True)
