"""Says, every few seconds, that this worker lives and what its machine can do: capacity, tier and accelerators.

Nobody waits for it: while Valkey or the runner is away nothing is said, and the last word is forgotten by itself.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from pathlib import Path

from redis import Redis, RedisError

from workers.line import Line, RunnerGone
from workers.protocol import (
    MACHINE_S,
    MACHINES,
    QUEUE_GPU,
    BadMessage,
    Machine,
    Survey,
    decode,
    encode,
    machine_key,
)

logger = logging.getLogger(__name__)

EVERY_S = 5.0
AGAIN_S = 1.0
"""After an announcement that came to nothing: a runner that is starting is there soon."""
PATIENCE_S = 3.0
"""How long a runner may take to say what it is; it has that ready."""


class Announcing:
    """One thread for the life of a worker process; `end` takes the announcement back."""

    def __init__(self, client: Redis, *, runner: Path, worker: str, queue: str) -> None:
        self._client = client
        self._runner = runner
        self._worker = worker
        self._queue = queue
        self._ending = threading.Event()
        self._problem = ""
        self._thread = threading.Thread(target=self._go_on, name="announcing", daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """No more work is taken. Returns at once, and may be called by a signal handler."""
        self._ending.set()

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    def _go_on(self) -> None:
        pause_s = 0.0
        while not self._ending.wait(pause_s):
            pause_s = EVERY_S if self._announce() else AGAIN_S
        self._take_back()

    def _announce(self) -> bool:
        """Whether it was said."""
        try:
            machine = assign(survey(self._runner), worker=self._worker, queue=self._queue)
            self._client.set(machine_key(self._worker), encode(machine), ex=MACHINE_S)
            self._client.sadd(MACHINES, self._worker)
        except (RunnerGone, RedisError, OSError) as error:
            self._note(f"This machine is not announced: {error}")
            return False
        self._note("")
        return True

    def _take_back(self) -> None:
        try:
            self._client.delete(machine_key(self._worker))
            self._client.srem(MACHINES, self._worker)
        except (RedisError, OSError) as error:
            logger.warning("The announcement of this machine runs out by itself (%s)", error)

    def _note(self, problem: str) -> None:
        """One line of the log when it changes, not one every few seconds."""
        if problem != self._problem:
            logger.warning("%s", problem or "This machine is announced again")
        self._problem = problem


def survey(runner: Path) -> Machine:
    """What the runner at this socket says it is. Raises `RunnerGone`."""
    line = Line(runner)
    try:
        line.send(Survey())
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            for text in line.receive(until - time.monotonic()):
                return _read(text)
    finally:
        line.close()
    raise RunnerGone("the runner does not say what it is")


def _read(text: bytes) -> Machine:
    try:
        message = decode(text)
    except BadMessage as error:
        raise RunnerGone(f"the runner speaks badly ({error})") from error
    if not isinstance(message, Machine):
        raise RunnerGone(f"the runner says a {message.kind} when asked what it is")
    return message


def assign(machine: Machine, *, worker: str, queue: str) -> Machine:
    """The part of a machine that serves this queue: its accelerators, one run on each, or the rest."""
    if queue != QUEUE_GPU:
        return replace(machine, worker=worker, queue=queue, devices=[])
    refusal = machine.refusal or ("" if machine.devices else "no GPU of this machine can be used")
    return replace(machine, worker=worker, queue=queue, slots=len(machine.devices), refusal=refusal)
