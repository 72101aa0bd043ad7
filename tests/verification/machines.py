"""The machines of a site, in this process: jobs are taken from the broker's queue and carried out by the real worker."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from redis import Redis

from apps.runs.models import Run
from apps.runs.recording import record_finish, record_state
from tests.runs.builders import make_finished
from tests.workers.attempts import Recorder, make_attempt
from workers.protocol import Finished, Job, Reached, State, decode

Commit = Callable[[], AbstractContextManager[Any]]


class Machines:
    """`work` takes one job, or answers False; `work_off` goes on until nothing is sent any more."""

    def __init__(self, socket: Path, valkey: Redis, commit: Commit) -> None:
        self._socket = socket
        self._valkey = valkey
        self._commit = commit
        self.done: list[Job] = []

    def take(self) -> Job | None:
        """The oldest job that was sent, off the queue: whoever takes it may lose it."""
        message: Any = self._valkey.rpop("runs.cpu")
        if message is None:
            return None
        job = decode(json.loads(base64.b64decode(json.loads(message)["body"]))[0][0])
        assert isinstance(job, Job)
        return job

    def work(self) -> bool:
        job = self.take()
        if job is None:
            return False
        recorder = Recorder()
        make_attempt(self._socket.parent, recorder, job=job, runner=self._socket).carry_out()
        for message in recorder.heard:
            self._record(message)
        self.done.append(job)
        return True

    def work_off(self) -> None:
        while self.work():
            pass

    def _record(self, message: Reached | Finished) -> None:
        with self._commit():
            if isinstance(message, Finished):
                record_finish(message)
            else:
                record_state(message)


def finish(commit: Commit, run: Run, outcome: State = State.SUCCEEDED, **changes: Any) -> None:
    """A machine's word about the end of a run that nobody carried out."""
    with commit():
        record_finish(make_finished(run, outcome, **{"torch": "2.13.0", **changes}))
