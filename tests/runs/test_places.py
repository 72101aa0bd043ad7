"""Who waits knows their place and about how long it takes, when they ask and live."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone
from redis import ConnectionError, Redis

from apps.runs import tasks
from apps.runs.dispatch import AHEAD
from apps.runs.models import Run
from apps.runs.places import LEAST_MEASURED, Place, find_place, show_places
from tests.runs.builders import announce, make_run, make_student
from workers.protocol import State

Commit = Callable[[], AbstractContextManager[Any]]


def fill(number: int) -> list[Run]:
    return [make_run(make_student(f"busy{index}"), State.RUNNING) for index in range(number)]


def measure(*seconds: float) -> None:
    user = make_student("past")
    for wall_s in seconds:
        make_run(user, State.SUCCEEDED, wall_s=wall_s)


def line_up(number: int) -> list[Run]:
    return [make_run(make_student(f"s{index}"), sent_at=None) for index in range(number)]


def frames(valkey: Redis) -> list[tuple[str, dict[str, Any]]]:
    """What went to viewers without a number: whose it is, and its data."""
    entries: Any = valkey.xrange("bus")
    told = [(fields[b"run"].decode(), fields[b"id"], json.loads(fields[b"event"])) for _, fields in entries]
    assert all(key == b"" and event["type"] == "queue" for _, key, event in told)
    return [(run, event["data"]) for run, _, event in told]


def test_places_and_estimates_follow_the_turns(valkey: Redis) -> None:
    announce(valkey, slots=2)
    fill(2)
    measure(4.0, 10.0, 6.0)
    assert [find_place(run) for run in line_up(3)] == [Place(0, 3.0), Place(1, 6.0), Place(2, 9.0)]


def test_a_student_s_waiting_run_stands_behind_the_others_first(valkey: Redis) -> None:
    announce(valkey)
    [first, second] = line_up(2)
    waiting = make_run(first.user, State.WAITING)
    places = [place.ahead for run in (first, second, waiting) if (place := find_place(run))]
    assert places == [0, 1, 2]


def test_free_slots_are_taken_at_once(valkey: Redis) -> None:
    announce(valkey, slots=3)
    fill(2)
    measure(6.0, 6.0, 6.0)
    assert [find_place(run) for run in line_up(2)] == [Place(0, 0.0), Place(1, 2.0)]


def test_what_was_sent_and_has_not_started_is_ahead_too(valkey: Redis) -> None:
    announce(valkey)
    make_run(make_student("sent"))
    [run] = line_up(1)
    assert find_place(run) == Place(1, None)


def test_there_is_no_estimate_where_nobody_can_know(valkey: Redis) -> None:
    [run] = line_up(1)
    measure(*[5.0] * LEAST_MEASURED)
    assert find_place(run) == Place(0, None)  # no machine
    announce(valkey)
    Run.objects.filter(state=State.SUCCEEDED).update(finished_at=timezone.now() - timedelta(hours=2))
    assert find_place(run) == Place(0, None)  # no recent run


def test_pauses_hold_a_slot_and_our_own_failures_tell_nothing(valkey: Redis) -> None:
    announce(valkey, slots=1)
    fill(1)
    measure(5.0, 5.0)
    user = make_student("other")
    make_run(user, State.STOPPED, wall_s=1.0, paused_s=8.0)
    for _ in range(5):
        make_run(user, State.LOST, wall_s=0.0)
    [run] = line_up(1)
    assert find_place(run) == Place(0, 5.0)


@pytest.mark.parametrize("state", [State.RUNNING, State.PAUSED, State.SUCCEEDED])
def test_a_run_that_does_not_wait_has_no_place(state: State) -> None:
    assert find_place(make_run(make_student(), state)) is None


def test_a_run_that_has_been_with_the_machines_for_a_while_and_not_begun_has_a_place_again() -> None:
    now = timezone.now()
    first = make_run(make_student("first"), sent_at=now - timedelta(seconds=9))
    second = make_run(make_student("second"), sent_at=now - timedelta(seconds=8))
    fresh = make_run(make_student("fresh"), sent_at=now)
    assert [find_place(run) for run in (first, second, fresh)] == [Place(0, None), Place(1, None), None]


def test_each_device_has_a_line_of_its_own(valkey: Redis) -> None:
    line_up(2)
    on_gpu = make_run(make_student("gpu"), device="gpu", sent_at=None)
    assert find_place(on_gpu) == Place(0, None)


def test_viewers_are_told_once_and_again_when_it_changes(valkey: Redis, commit: Commit) -> None:
    announce(valkey, slots=1)
    fill(1 + AHEAD)
    [first, second] = line_up(2)
    with commit():
        tasks.take_turns()
        tasks.take_turns()
    assert frames(valkey) == [
        (str(first.pk), {"ahead": 0, "estimate_s": None}),
        (str(second.pk), {"ahead": 1, "estimate_s": None}),
    ]
    Run.objects.filter(pk=first.pk).update(state=State.STOPPED, finished_at=timezone.now())
    assert show_places() == 1
    assert frames(valkey)[2:] == [(str(second.pk), {"ahead": 0, "estimate_s": None})]
    assert valkey.hkeys("frames") == [str(second.pk).encode()]


def test_what_is_about_to_start_is_told_nothing_at_first(valkey: Redis) -> None:
    run = make_run(make_student())
    assert show_places() == 0
    Run.objects.filter(pk=run.pk).update(sent_at=timezone.now() - timedelta(seconds=2))
    assert show_places() == 1


def test_valkey_away_tells_nobody_and_sends_on(valkey: Redis, commit: Commit) -> None:
    [run] = line_up(1)
    with patch("apps.runs.streams.connect", side_effect=ConnectionError("away")), commit():
        tasks.take_turns()
    assert Run.objects.get(pk=run.pk).sent_at is not None


def test_a_run_is_described_with_its_place(valkey: Redis, client: Client) -> None:
    announce(valkey, slots=1)
    fill(1 + AHEAD)
    measure(2.0, 2.0, 2.0)
    client.force_login(make_student("ada"))
    words = client.post("/runs/", json.dumps({"code": "1"}), content_type="application/json").json()
    assert (words["state"], words["ahead"], words["estimate_s"]) == ("queued", 0, 2.0)
    assert '"ahead": 0, "estimate_s": 2.0' in client.get(words["url"]).content.decode()
