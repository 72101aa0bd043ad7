"""Pauses, resumes, steps and inspections: who may ask, when, how often, and what the worker hears."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from redis import ConnectionError, Redis

from apps.accounts.models import User
from apps.runs.models import Run
from apps.runs.streams import MAX_CONTROLS, MAX_CONTROLS_A_SECOND, expire
from tests.runs.builders import hear, make_run, make_student
from workers.protocol import OUTCOMES, Asked, Control, Event, State, controls_key, decode, encode

NOUNS = ["pauses", "resumes", "steps", "inspections"]
ONLY_PAUSED = ["resumes", "steps"]
AT_ANY_TIME = ["pauses", "inspections"]


@pytest.fixture
def ada(client: Client) -> Client:
    client.force_login(make_student("ada"))
    return client


@pytest.fixture
def channel(valkey: Redis) -> Any:
    channel: Any = valkey.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    channel.subscribe("controls")
    channel.get_message(timeout=2)
    yield channel
    channel.close()


def make_own(client: Client, state: State, **fields: Any) -> Run:
    return make_run(User.objects.get(email="ada@example.org"), state, **fields)


def ask(client: Client, run: Run, noun: str, **body: Any) -> Any:
    return client.post(f"/runs/{run.pk}/{noun}/", json.dumps(body), content_type="application/json")


def left(valkey: Redis, run: Run) -> list[Control]:
    lines: Any = valkey.lrange(controls_key(str(run.pk)), 0, -1)
    return [message for line in lines if isinstance(message := decode(line), Control)]


def say_state(valkey: Redis, run: Run, state: State, seq: int, *, fence: int | None = None) -> None:
    event = Event(seq=seq, at=1.0, type="state", data={"state": state})
    valkey.xadd(f"run:{run.pk}", {"event": encode(event)}, id=f"{fence or run.fence}-{seq}")


@pytest.mark.parametrize(
    ("noun", "verb"), [("pauses", "pause"), ("resumes", "resume"), ("steps", "step"), ("inspections", "inspect")]
)
def test_a_paused_run_is_asked_in_order_and_the_worker_told(
    ada: Client, valkey: Redis, channel: Any, noun: str, verb: str
) -> None:
    run = make_own(ada, State.PAUSED)
    first, second = ask(ada, run, noun), ask(ada, run, noun)
    assert (first.status_code, second.status_code) == (202, 202)
    assert [(control.verb, control.id) for control in left(valkey, run)] == [
        (verb, first.json()["id"]),
        (verb, second.json()["id"]),
    ]
    assert hear(channel, run) == encode(Asked(run=str(run.pk)))
    assert 0 < int(valkey.ttl(controls_key(str(run.pk)))) <= 600


def test_an_inspection_says_what_to_look_at(ada: Client, valkey: Redis) -> None:
    run = make_own(ada, State.RUNNING)
    assert ask(ada, run, "inspections", of="tensor", name="model.0.weight").status_code == 202
    assert [(control.of, control.name) for control in left(valkey, run)] == [("tensor", "model.0.weight")]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"of": "soul"}, "no 'soul' to inspect. There are: activations, modules, tensor."),
        ({"of": 3}, "as text"),
        ({"of": "tensor", "name": ["w"]}, "as text"),
        ({"of": "tensor", "name": "w" * 201}, "at most 200"),
        ({"of": "tensor", "name": "a\nb"}, "printable"),
    ],
)
def test_what_cannot_be_inspected_is_told_so(ada: Client, valkey: Redis, body: dict[str, Any], words: str) -> None:
    run = make_own(ada, State.RUNNING)
    answer = ask(ada, run, "inspections", **body)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert left(valkey, run) == []


@pytest.mark.parametrize("noun", AT_ANY_TIME)
@pytest.mark.parametrize("state", [State.STARTING, State.RUNNING, State.PAUSED])
def test_what_goes_on_can_be_paused_and_looked_into(ada: Client, noun: str, state: State) -> None:
    assert ask(ada, make_own(ada, state), noun).status_code == 202


@pytest.mark.parametrize("noun", ONLY_PAUSED)
@pytest.mark.parametrize("state", [State.STARTING, State.RUNNING])
def test_only_what_is_paused_can_go_on(ada: Client, noun: str, state: State) -> None:
    answer = ask(ada, make_own(ada, state), noun)
    assert (answer.status_code, answer.json()) == (409, {"error": "This run is not paused. Pause it first."})


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize(
    ("state", "fields"), [(State.WAITING, {}), (State.QUEUED, {"sent_at": None}), (State.QUEUED, {})]
)
def test_what_has_not_started_is_told_so(ada: Client, noun: str, state: State, fields: dict[str, Any]) -> None:
    answer = ask(ada, make_own(ada, state, **fields), noun)
    assert answer.status_code == 409
    assert "has not started yet" in answer.json()["error"]


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize("state", sorted(OUTCOMES))
def test_what_has_ended_is_told_so(ada: Client, valkey: Redis, noun: str, state: State) -> None:
    run = make_own(ada, state)
    answer = ask(ada, run, noun)
    assert answer.status_code == 409
    assert "This run has ended" in answer.json()["error"]
    assert left(valkey, run) == []


@pytest.mark.parametrize("noun", ONLY_PAUSED)
def test_who_has_seen_the_pause_may_act_on_it_before_postgres_knows(ada: Client, valkey: Redis, noun: str) -> None:
    run = make_own(ada, State.RUNNING)
    say_state(valkey, run, State.PAUSED, 7)
    assert ask(ada, run, noun).status_code == 202
    say_state(valkey, run, State.RUNNING, 9)
    assert ask(ada, run, noun).status_code == 409


def test_the_word_of_an_attempt_that_was_given_up_does_not_count(ada: Client, valkey: Redis) -> None:
    run = make_own(ada, State.QUEUED, fence=2)
    say_state(valkey, run, State.PAUSED, 7, fence=1)
    assert ask(ada, run, "resumes").status_code == 409


def test_more_than_a_run_can_answer_is_refused_for_a_second(ada: Client, valkey: Redis) -> None:
    run, other = make_own(ada, State.RUNNING), make_own(ada, State.RUNNING)
    answers = [ask(ada, run, "inspections") for _ in range(MAX_CONTROLS_A_SECOND + 1)]
    codes = [answer.status_code for answer in answers]
    assert set(codes[:MAX_CONTROLS_A_SECOND]) == {202}
    if codes[-1] == 202:  # a second has gone by
        return
    assert (codes[-1], answers[-1]["Retry-After"]) == (429, "1")
    assert ask(ada, other, "inspections").status_code == 202


def test_what_no_worker_takes_does_not_pile_up(ada: Client, valkey: Redis) -> None:
    run = make_own(ada, State.RUNNING)
    valkey.rpush(controls_key(str(run.pk)), *["untaken"] * MAX_CONTROLS)
    assert ask(ada, run, "pauses").status_code == 429
    assert valkey.llen(controls_key(str(run.pk))) == MAX_CONTROLS


def test_what_was_asked_of_a_run_that_is_over_is_forgotten(ada: Client, valkey: Redis) -> None:
    run = make_own(ada, State.RUNNING)
    ask(ada, run, "pauses")
    expire(str(run.pk))
    assert left(valkey, run) == []


@pytest.mark.parametrize("noun", NOUNS)
def test_valkey_away_is_told_and_asked_again(ada: Client, noun: str) -> None:
    with patch("apps.runs.streams.connect", side_effect=ConnectionError("away")):
        answer = ask(ada, make_own(ada, State.PAUSED), noun)
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "cannot be reached" in answer.json()["error"]


@pytest.mark.parametrize("noun", NOUNS)
def test_nobody_else_may_ask(client: Client, valkey: Redis, noun: str) -> None:
    run = make_run(make_student("alan"), State.PAUSED)
    assert ask(client, run, noun).status_code == 401
    client.force_login(make_student("ada"))
    assert ask(client, run, noun).status_code == 404
    assert left(valkey, run) == []


@pytest.mark.parametrize("noun", NOUNS)
def test_asking_is_a_post_with_the_csrf_token(noun: str) -> None:
    client = Client(enforce_csrf_checks=True)
    user = make_student("alan")
    client.force_login(user)
    run = make_run(user, State.PAUSED)
    assert client.get(f"/runs/{run.pk}/{noun}/").status_code == 405
    assert ask(client, run, noun).status_code == 403
