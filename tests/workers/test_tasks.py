"""The task of a worker: from a payload to messages for the recorder, over a real Valkey; and once with the real runner."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from redis import Redis

from tests.workers.runner.live import started
from tests.workers.sockets import JOB, Call, runner_at
from workers import tasks
from workers.celery import environment
from workers.protocol import QUEUE_CONTROL, Event, Finished, Job, Message, State, Stop, decode, encode
from workers.valkey import Ledger, connect

PAYLOAD = encode(JOB).decode()


@pytest.fixture(autouse=True)
def _environment(tmp_path: Path, valkey: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    here = replace(environment, valkey_url=settings.VALKEY_URL, runner_socket=tmp_path / "runner.sock")
    monkeypatch.setattr(tasks, "environment", here)


def told(valkey: Redis) -> list[Message]:
    """What was sent to the recorder, oldest first."""
    messages: Any = valkey.lrange(QUEUE_CONTROL, 0, -1)
    bodies = [json.loads(base64.b64decode(json.loads(message)["body"])) for message in reversed(messages)]
    return [decode(body[0][0]) for body in bodies]


def read_stream(valkey: Redis) -> list[Event]:
    entries: Any = valkey.xrange(f"run:{JOB.run}")
    return [event for _, fields in entries if isinstance(event := decode(fields[b"event"]), Event)]


def finished(valkey: Redis) -> Finished:
    (message,) = [message for message in told(valkey) if isinstance(message, Finished)]
    return message


def test_a_job_is_carried_out_and_told(tmp_path: Path, valkey: Redis) -> None:
    def script(call: Call) -> None:
        call.print("hello")
        call.end()

    with runner_at(tmp_path / "runner.sock", script) as calls:
        tasks.run(PAYLOAD)
    assert calls[0].heard[0] == JOB
    assert [event.data for event in read_stream(valkey)] == [{"text": "hello"}]
    assert finished(valkey).exit.outcome is State.SUCCEEDED


def test_a_task_that_is_delivered_twice_starts_once(tmp_path: Path, valkey: Redis) -> None:
    with runner_at(tmp_path / "runner.sock", lambda call: call.end()) as calls:
        tasks.run(PAYLOAD)
        tasks.run(PAYLOAD)
    assert len(calls) == 1
    assert len(told(valkey)) == 1


@pytest.mark.parametrize("payload", ["", "nonsense", encode(Stop(run="a")).decode(), '{"kind":"job"}'])
def test_what_is_no_job_is_dropped(payload: str, valkey: Redis) -> None:
    tasks.run(payload)
    assert told(valkey) == []


def test_a_stop_message_reaches_the_runner(tmp_path: Path, valkey: Redis) -> None:
    def script(call: Call) -> None:
        until = time.monotonic() + 5
        while not valkey.publish("controls", encode(Stop(run=JOB.run))) and time.monotonic() < until:
            time.sleep(0.01)
        assert call.hear() == Stop(run=JOB.run)
        call.end(State.STOPPED)

    with runner_at(tmp_path / "runner.sock", script):
        tasks.run(PAYLOAD)
    assert finished(valkey).exit.outcome is State.STOPPED


def test_what_a_dead_predecessor_left_is_told_as_lost(valkey: Redis) -> None:
    Ledger(connect(settings.VALKEY_URL), JOB.run, 2).claim("runs@here")
    tasks.report_left_behind(sender=SimpleNamespace(hostname="runs@here"))
    tasks.report_left_behind(sender=SimpleNamespace(hostname="runs@here"))
    (message,) = told(valkey)
    assert isinstance(message, Finished)
    assert (message.run, message.fence, message.exit.outcome) == (JOB.run, 2, State.LOST)


def test_runs_are_handed_over_a_while_after_the_shutdown_began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_shutdown_at", [])
    assert not tasks.is_draining()
    monkeypatch.setattr(tasks, "_shutdown_at", [time.monotonic() - tasks.DRAIN_S - 1])
    assert tasks.is_draining()


TRAINING = """
import torch
from torch import nn
x = torch.arange(1.0, 5.0).unsqueeze(1)
model = nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(20):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), 2 * x)
    loss.backward()
    optimizer.step()
print("trained")
"""


def test_the_real_runner_trains_a_model(tmp_path: Path, valkey: Redis) -> None:
    with started(tmp_path):
        tasks.run(encode(Job(run=JOB.run, fence=1, code=TRAINING)).decode())
    events = read_stream(valkey)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.data["state"] for event in events if event.type == "state"] == ["starting", "running"]
    assert "".join(event.data["text"] for event in events if event.type == "stdout") == "trained\n"
    message = finished(valkey)
    assert message.exit.outcome is State.SUCCEEDED
    assert message.exit.last_seq == len(events)
    assert message.metrics["loss"]["count"] == 20
    assert message.metrics["loss"]["last"] < message.metrics["loss"]["first"]
