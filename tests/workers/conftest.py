"""A whole attempt, carried out against a runner that follows a script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from tests.workers.attempts import Recorder, make_attempt
from tests.workers.sockets import Call, runner_at


@pytest.fixture
def carry_out(tmp_path: Path, valkey: Redis) -> Callable[..., Recorder]:
    """Carries out a job against a runner that follows a script; gives what the recorder heard."""

    def act(script: Callable[[Call], None] | None, **changes: Any) -> Recorder:
        recorder: Recorder = changes.pop("recorder", None) or Recorder()
        attempt = make_attempt(tmp_path, recorder, **changes)
        if script is None:
            attempt.carry_out()
        else:
            with runner_at(tmp_path / "runner.sock", script):
                attempt.carry_out()
        return recorder

    return act
