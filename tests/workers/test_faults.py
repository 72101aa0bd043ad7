"""What goes wrong around real workers: tasks that come twice, workers that sleep too long, a Valkey that falls silent."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kindling.embedded.serving import running
from kindling.embedded.valkey import Valkey
from tests.product import wait_for as wait_for_engine
from tests.workers.processes import Broker, Gate, Worker, answering, count_jobs, wait_for
from tests.workers.proxies import proxy_at
from tests.workers.sockets import Call, runner_at
from workers.protocol import CONTROLS, QUEUE_GPU, Asked, Control, Job, Stop, controls_key, encode, machine_key

Start = Callable[..., Worker]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    data = tmp_path_factory.mktemp("faults")
    with running(Valkey(data), data / "valkey.log"):
        wait_for_engine(Valkey(data).answers, "valkey")
        yield data


@pytest.fixture
def broker(data: Path) -> Iterator[Broker]:
    broker = Broker(data)
    yield broker
    for key in broker.client.scan_iter():
        broker.client.delete(key)
    broker.client.close()


@pytest.fixture
def start(broker: Broker, tmp_path: Path) -> Iterator[Start]:
    """Starts workers over the socket in the test's folder, each with a name of its own; ends them."""
    with ExitStack() as stack:

        def begin(name: str = "one", **options: Any) -> Worker:
            worker = Worker(broker, tmp_path / "runner.sock", f"{name}@here", **options)
            stack.callback(worker.end)
            return worker

        yield begin


@pytest.fixture
def job() -> Job:
    return Job(run=str(uuid.uuid4()), fence=1, code="print(1)")


def test_a_task_that_comes_twice_is_carried_out_once(broker: Broker, start: Start, tmp_path: Path, job: Job) -> None:
    def script(call: Call) -> None:
        call.print("once")
        call.end()

    with runner_at(tmp_path / "runner.sock", answering(script)) as calls:
        start("one"), start("two")
        for _ in range(4):
            broker.send(job)
        another = replace(job, run=str(uuid.uuid4()))
        broker.send(another)
        wait_for(lambda: len(broker.finished()) == 2)
        wait_for(lambda: broker.client.llen("runs.cpu") == 0)
    assert count_jobs(calls) == 2
    assert broker.printed(job) == [("1-1", "once")]
    assert broker.finished() == [(1, "succeeded")] * 2


def test_a_worker_that_slept_past_its_lease_is_fenced_out(
    broker: Broker, start: Start, tmp_path: Path, job: Job
) -> None:
    asleep, awake = Gate(), Gate()
    hung_up = Gate()

    def script(call: Call) -> None:
        assert isinstance(call.heard[0], Job)
        call.print(f"attempt {call.heard[0].fence}")
        if call.heard[0].fence == 2:
            call.end()
            return
        asleep.wait()
        call.print("while asleep")
        awake.wait()
        with suppress(OSError):  # it may have hung up before this is said
            call.print("too late")
            assert call.hear() is None
        hung_up.open()

    with runner_at(tmp_path / "runner.sock", answering(script)):
        first = start("one")
        broker.send(job)
        wait_for(lambda: broker.printed(job) == [("1-1", "attempt 1")])
        first.freeze()
        wait_for(lambda: broker.client.info("clients")["blocked_clients"] == 0)  # it would be given the next task
        asleep.open()
        broker.client.delete(f"lease:{job.run}")  # as if 15 s had gone by, and the schedule had looked
        start("two")
        broker.send(replace(job, fence=2))
        wait_for(lambda: broker.finished() == [(2, "succeeded")])
        first.thaw()
        awake.open()
        hung_up.wait()
        wait_for(lambda: "was given up" in first.log)
    assert broker.printed(job) == [("1-1", "attempt 1"), ("2-1", "attempt 2")]
    assert broker.finished() == [(2, "succeeded")]
    assert broker.client.get(f"lease:{job.run}") == b"2"


def test_a_worker_that_slept_and_is_still_wanted_goes_on(
    broker: Broker, start: Start, tmp_path: Path, job: Job
) -> None:
    asleep = Gate()

    def script(call: Call) -> None:
        call.print("before")
        asleep.wait()
        call.print("meanwhile")
        call.end()

    with runner_at(tmp_path / "runner.sock", answering(script)):
        worker = start()
        broker.send(job)
        wait_for(lambda: len(broker.printed(job)) == 1)
        worker.freeze()
        asleep.open()
        broker.client.delete(f"lease:{job.run}", machine_key(worker.name))
        worker.thaw()
        wait_for(lambda: broker.finished() == [(1, "succeeded")])
        wait_for(lambda: bool(broker.client.exists(machine_key(worker.name))))
    assert [text for _, text in broker.printed(job)] == ["before", "meanwhile"]


def test_connections_that_fall_silent_are_given_up_and_nothing_is_doubled(
    broker: Broker, start: Start, tmp_path: Path, job: Job
) -> None:
    silent = Gate()

    def script(call: Call) -> None:
        call.print("before")
        silent.wait()
        call.print("after")
        call.end()

    with (
        proxy_at(tmp_path / "proxy.sock", broker.socket) as proxy,
        runner_at(tmp_path / "runner.sock", answering(script)) as calls,
    ):
        worker = start(valkey=proxy.path)
        broker.send(job)
        wait_for(lambda: len(broker.printed(job)) == 1)
        proxy.fall_silent()
        silent.open()
        wait_for(lambda: broker.finished() == [(1, "succeeded")], seconds=60)
        another = replace(job, run=str(uuid.uuid4()))
        broker.send(another)
        wait_for(lambda: len(broker.finished()) == 2, lambda: worker.log, seconds=60)
        wait_for(lambda: bool(broker.client.exists(machine_key(worker.name))), seconds=60)
    assert [text for _, text in broker.printed(job)] == ["before", "after"]
    assert count_jobs(calls) == 2


def test_controls_for_a_run_that_is_over_harm_nobody(broker: Broker, start: Start, tmp_path: Path, job: Job) -> None:
    with runner_at(tmp_path / "runner.sock", answering(lambda call: call.end())) as calls:
        start()
        broker.send(job)
        wait_for(lambda: len(broker.finished()) == 1)
        broker.client.rpush(controls_key(job.run), encode(Control(run=job.run, id="1", verb="pause")))
        for message in (Asked(run=job.run), Stop(run=job.run), Asked(run="never-heard-of")):
            broker.client.publish(CONTROLS, encode(message))
        broker.client.publish(CONTROLS, b"nonsense")
        another = replace(job, run=str(uuid.uuid4()))
        broker.send(another)
        wait_for(lambda: broker.finished() == [(1, "succeeded")] * 2)
        assert broker.client.llen(controls_key(job.run)) == 1  # it runs out by itself
    assert [message for call in calls for message in call.heard if isinstance(message, Control | Stop)] == []


def test_a_run_is_paused_and_stopped_through_its_worker(broker: Broker, start: Start, tmp_path: Path, job: Job) -> None:
    pause = Control(run=job.run, id="1", verb="pause")

    def script(call: Call) -> None:
        call.say("state", state="running")
        assert call.hear() == pause
        call.say("state", state="paused")
        assert call.hear() == Stop(run=job.run)
        call.end()

    with runner_at(tmp_path / "runner.sock", answering(script)):
        start()
        broker.send(job)
        wait_for(lambda: broker.reached() == [(1, "running")])
        broker.client.rpush(controls_key(job.run), encode(pause))
        broker.client.publish(CONTROLS, encode(Asked(run=job.run)))
        wait_for(lambda: broker.reached()[-1] == (1, "paused"))
        broker.client.publish(CONTROLS, encode(Stop(run=job.run)))
        wait_for(lambda: broker.finished() == [(1, "succeeded")])


def test_each_worker_takes_the_runs_of_its_queue_only(broker: Broker, start: Start, tmp_path: Path, job: Job) -> None:
    with runner_at(tmp_path / "runner.sock", answering(lambda call: call.end())):
        worker = start("gpu", device="gpu")
        broker.send(job)
        broker.send(replace(job, run=str(uuid.uuid4()), device="gpu"), queue=QUEUE_GPU)
        wait_for(lambda: len(broker.finished()) == 1)
        assert broker.client.llen("runs.cpu") == 1
        announced = str(broker.client.get(machine_key(worker.name)))
        assert '"queue":"runs.gpu","slots":1' in announced


def test_a_worker_that_is_shut_down_withdraws_itself(broker: Broker, start: Start, tmp_path: Path) -> None:
    with runner_at(tmp_path / "runner.sock", answering(lambda call: call.end())):
        worker = start()
        assert worker.end() == 0
        assert not worker.is_announced
        assert not broker.client.exists(machine_key(worker.name))
