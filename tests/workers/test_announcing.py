"""What a worker says of its machine, with a real socket at its runner's end and a real Valkey."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from redis import Redis

from tests.workers.sockets import Call, runner_at
from workers.announcing import Announcing, assign, survey
from workers.line import RunnerGone
from workers.protocol import MACHINE_S, MACHINES, QUEUE_CPU, QUEUE_GPU, Machine, Survey, decode, encode, machine_key
from workers.valkey import connect

NAME = "runs@here"
KEY = machine_key(NAME)
MACHINE = Machine(slots=2, tier="T1 · as tested", devices=["GPU one", "GPU two"])


def answer(call: Call) -> None:
    call.send(encode(MACHINE))


@contextmanager
def announcing(folder: Path, queue: str = QUEUE_CPU) -> Iterator[Announcing]:
    voice = Announcing(connect(settings.VALKEY_URL), runner=folder / "runner.sock", worker=NAME, queue=queue)
    voice.begin()
    try:
        yield voice
    finally:
        voice.end()
        voice.join(5)


def test_a_machine_is_announced_and_taken_back(tmp_path: Path, valkey: Redis) -> None:
    with runner_at(tmp_path / "runner.sock", answer) as calls:
        with announcing(tmp_path):
            wait_for(lambda: bool(valkey.sismember(MACHINES, NAME)))
            assert read(valkey) == Machine(worker=NAME, queue=QUEUE_CPU, slots=2, tier=MACHINE.tier)
            assert 0 < int(valkey.ttl(KEY)) <= MACHINE_S
        assert calls[0].heard == [Survey()]
    assert (valkey.exists(KEY), valkey.scard(MACHINES)) == (0, 0)


def test_an_announcement_is_renewed(tmp_path: Path, valkey: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.announcing.EVERY_S", 0.02)
    with runner_at(tmp_path / "runner.sock", answer), announcing(tmp_path):
        wait_for(lambda: bool(valkey.exists(KEY)))
        valkey.flushdb()
        wait_for(lambda: bool(valkey.exists(KEY) and valkey.sismember(MACHINES, NAME)))


def test_a_runner_that_is_away_is_waited_for(
    tmp_path: Path, valkey: Redis, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("workers.announcing.AGAIN_S", 0.02)
    with announcing(tmp_path):
        wait_for(lambda: "not announced" in caplog.text)
        time.sleep(0.1)
        assert caplog.text.count("not announced") == 1
        with runner_at(tmp_path / "runner.sock", answer):
            wait_for(lambda: bool(valkey.exists(KEY)))


def test_valkey_is_waited_for(
    tmp_path: Path, valkey: Redis, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("workers.announcing.AGAIN_S", 0.02)
    client = connect(f"unix://{tmp_path}/nothing.sock")
    voice = Announcing(client, runner=tmp_path / "runner.sock", worker=NAME, queue=QUEUE_CPU)
    with runner_at(tmp_path / "runner.sock", answer) as calls:
        voice.begin()
        wait_for(lambda: len(calls) > 2)
        voice.end()
        voice.join(5)
    assert caplog.text.count("not announced") == 1


@pytest.mark.parametrize("line", [b"nonsense\n", encode(Survey()), b""])
def test_a_runner_that_speaks_badly_is_not_announced(tmp_path: Path, valkey: Redis, line: bytes) -> None:
    with runner_at(tmp_path / "runner.sock", lambda call: call.send(line)), pytest.raises(RunnerGone):
        survey(tmp_path / "runner.sock")


def test_each_queue_has_its_share_of_a_machine() -> None:
    cpu, gpu = (assign(MACHINE, worker=NAME, queue=queue) for queue in (QUEUE_CPU, QUEUE_GPU))
    assert (cpu.slots, cpu.devices) == (2, [])
    assert (gpu.queue, gpu.slots, gpu.devices, gpu.refusal) == (QUEUE_GPU, 2, MACHINE.devices, "")


def test_a_machine_without_a_gpu_refuses_the_runs_for_one() -> None:
    bare = Machine(slots=2, tier="T1")
    assert "no GPU" in assign(bare, worker=NAME, queue=QUEUE_GPU).refusal
    assert assign(bare, worker=NAME, queue=QUEUE_CPU).refusal == ""


def read(valkey: Redis) -> Machine:
    text = valkey.get(KEY)
    assert isinstance(text, bytes)
    message = decode(text)
    assert isinstance(message, Machine)
    return message


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)
