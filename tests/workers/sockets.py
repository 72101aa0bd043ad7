"""A small real server that stands at the runner's end of the socket and says what a test tells it to."""

from __future__ import annotations

import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workers.protocol import Event, Exit, Job, Message, State, decode, encode

JOB = Job(run=str(uuid.uuid4()), fence=1, code="print(1)")


@dataclass
class Call:
    """One connection of a worker, from the runner's side."""

    connection: socket.socket
    seq: int = 0
    heard: list[Message] = field(default_factory=list)
    rest: bytes = b""

    def hear(self) -> Message | None:
        """The worker's next message; None when it hung up."""
        while b"\n" not in self.rest:
            try:
                chunk = self.connection.recv(65536)
            except ConnectionResetError:  # with something that it had not read
                return None
            if not chunk:
                return None
            self.rest += chunk
        line, _, self.rest = self.rest.partition(b"\n")  # two messages may come in one piece
        self.heard.append(decode(line))
        return self.heard[-1]

    def say(self, kind: str, /, **data: Any) -> None:
        self.seq += 1
        self.send(encode(Event(seq=self.seq, at=0.01 * self.seq, type=kind, data=data)))

    def print(self, *texts: str) -> None:
        for text in texts:
            self.say("stdout", text=text)

    def end(self, outcome: State = State.SUCCEEDED, message: str = "") -> None:
        over = Exit(
            outcome=outcome, message=message, exit_code=0, cpu_s=0.1, wall_s=0.2, peak_mb=30.0, last_seq=self.seq
        )
        self.send(encode(over))

    def send(self, raw: bytes) -> None:
        self.connection.sendall(raw)


@contextmanager
def runner_at(path: Path, script: Callable[[Call], None]) -> Iterator[list[Call]]:
    """Serve the socket; every connection hears its job and follows `script`, then is closed. Gives the calls so far."""
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(path))
    server.listen()
    calls: list[Call] = []
    talks: list[threading.Thread] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            calls.append(Call(connection))
            talks.append(threading.Thread(target=talk, args=[calls[-1]]))
            talks[-1].start()

    def talk(call: Call) -> None:
        with call.connection:
            try:
                if call.hear() is not None:
                    script(call)
            except OSError:
                pass  # the worker hung up, which is what some tests are about

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield calls
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        for each in (thread, *talks):
            each.join(5)
