"""What a worker process reads from its environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from workers.celery import Environment


def test_a_worker_serves_the_cpu_unless_it_is_told_otherwise() -> None:
    here = Environment.read({})
    assert (here.queue, here.slots, here.runner_socket) == ("runs.cpu", 2, Path("var/runner.sock"))
    assert Environment.read({"KINDLING_DEVICE": "gpu"}).queue == "runs.gpu"


def test_a_device_that_there_is_not_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="KINDLING_DEVICE=tpu makes no sense: it is cpu or gpu"):
        Environment.read({"KINDLING_DEVICE": "tpu"})
