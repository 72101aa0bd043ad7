"""Real worker processes over a real Valkey, each with its own rights there; the runner at their socket is the test's."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from celery import Celery
from redis import Redis

from kindling.embedded.addresses import name_valkey, name_valkey_socket
from kindling.embedded.secrets import Secrets
from tests.workers.sockets import Call
from workers.protocol import (
    MACHINES,
    QUEUE_CONTROL,
    QUEUE_CPU,
    TASK_RUN,
    Event,
    Finished,
    Job,
    Machine,
    Message,
    Reached,
    Survey,
    broker_url,
    decode,
    encode,
)

ROOT = Path(__file__).resolve().parents[2]


class Broker:
    """Valkey from the web side: sends jobs, reads what workers say."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.client = Redis.from_url(self.name("web"))
        self._app = Celery("web", broker=broker_url(self.name("web")), fixups=[])

    @property
    def socket(self) -> Path:
        """Where Valkey listens."""
        return name_valkey_socket(self._data)

    def name(self, user: str, socket: Path | None = None) -> str:
        """The address of Valkey for one side of the wall, through another socket if told."""
        url = name_valkey(self._data, user=user, password=getattr(Secrets.read(self._data), f"valkey_{user}"))
        return url.replace(str(self.socket), str(socket or self.socket))

    def send(self, job: Job, queue: str = QUEUE_CPU) -> None:
        self._app.send_task(TASK_RUN, args=[encode(job).decode()], queue=queue)

    def told(self) -> list[Message]:
        """What was sent to the recorder, oldest first."""
        messages: Any = self.client.lrange(QUEUE_CONTROL, 0, -1)
        bodies = [json.loads(base64.b64decode(json.loads(message)["body"])) for message in reversed(messages)]
        return [decode(body[0][0]) for body in bodies]

    def finished(self) -> list[tuple[int, str]]:
        """Fence and outcome of every end that was told."""
        return [(each.fence, str(each.exit.outcome)) for each in self.told() if isinstance(each, Finished)]

    def reached(self) -> list[tuple[int, str]]:
        return [(each.fence, str(each.state)) for each in self.told() if isinstance(each, Reached)]

    def printed(self, job: Job) -> list[tuple[str, str]]:
        """Ids and texts of the console in the run's stream."""
        entries: Any = self.client.xrange(f"run:{job.run}")
        events = [(key.decode(), decode(fields[b"event"])) for key, fields in entries]
        return [
            (key, event.data["text"]) for key, event in events if isinstance(event, Event) and event.type == "stdout"
        ]


class Worker:
    """`celery --app=workers.celery worker`, as `make up` starts it."""

    def __init__(
        self, broker: Broker, socket: Path, name: str, *, device: str = "cpu", valkey: Path | None = None
    ) -> None:
        """`valkey` is a socket that stands between it and Valkey's own."""
        self.name = name
        self._broker = broker
        self._log = socket.with_name(f"{name}.log")
        environment = {
            "PATH": os.defpath,
            "PYTHONPATH": str(ROOT),
            "VALKEY_URL": broker.name("worker", valkey),
            "KINDLING_RUNNER_SOCKET": str(socket),
            "KINDLING_DEVICE": device,
        }
        options = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=INFO"]
        command = [sys.executable, "-m", "celery", "--app=workers.celery", "worker", f"--hostname={name}", *options]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        self.wait_until_announced()

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def is_announced(self) -> bool:
        return bool(self._broker.client.sismember(MACHINES, self.name))

    def wait_until_announced(self) -> None:
        wait_for(lambda: self.is_announced or self._process.poll() is not None, self._log.read_text, seconds=60)
        assert self._process.poll() is None, self.log

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def end(self) -> int:
        """As `make up` ends it; its exit code."""
        self.thaw()
        self._process.terminate()
        try:
            return self._process.wait(30)
        finally:
            self._process.kill()
            self._process.wait()


def answering(script: Callable[[Call], None]) -> Callable[[Call], None]:
    """The script for jobs; whoever asks what the runner is gets an answer beside it."""

    def act(call: Call) -> None:
        if isinstance(call.heard[0], Survey):
            call.send(encode(Machine(slots=2, tier="as tested", devices=["A GPU"])))
        else:
            script(call)

    return act


def count_jobs(calls: list[Call]) -> int:
    return sum(isinstance(message, Job) for call in calls for message in call.heard[:1])


def wait_for(condition: Callable[[], bool], tell: Callable[[], object] = lambda: "", *, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"it did not happen: {tell()}"
        time.sleep(0.02)


class Gate:
    """Lets a script go on when a test says so."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def open(self) -> None:
        self._event.set()

    def wait(self) -> None:
        assert self._event.wait(60), "the gate stayed closed"
