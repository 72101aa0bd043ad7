"""The Celery app of the machines that train. Celery is the messenger only: Postgres decides, the runner executes.

This is the one place where a worker reads its environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from celery import Celery

from workers.protocol import DEVICES, QUEUE_CPU, QUEUE_GPU, broker_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What a worker is told: its Valkey (a user of its own), its runner's socket, how many runs at a time, and on what."""

    valkey_url: str
    runner_socket: Path
    slots: int
    device: str

    @property
    def queue(self) -> str:
        """The one queue that this process serves: a run on the CPU must not wait behind those for a GPU, nor they for it."""
        return QUEUE_GPU if self.device == "gpu" else QUEUE_CPU

    @classmethod
    def read(cls, source: Mapping[str, str]) -> Environment:
        """Raises `ValueError` for a device that there is not."""
        if (device := source.get("KINDLING_DEVICE", "cpu")) not in DEVICES:
            raise ValueError(f"KINDLING_DEVICE={device} makes no sense: it is {' or '.join(sorted(DEVICES))}.")
        return cls(
            device=device,
            valkey_url=source.get("VALKEY_URL", "redis://127.0.0.1:6379/0"),
            runner_socket=Path(source.get("KINDLING_RUNNER_SOCKET", "var/runner.sock")),
            slots=int(source.get("KINDLING_SLOTS", "2")),
        )


environment = Environment.read(os.environ)

# fixups=[]: a DJANGO_SETTINGS_MODULE left in the environment must not make a worker load Django.
app = Celery(
    "workers", broker=broker_url(environment.valkey_url), fixups=[], include=["workers.tasks", "workers.waking"]
)
app.conf.update(
    task_ignore_result=True,  # what became of a run is told to the recorder; nobody reads Celery results
    task_default_queue=environment.queue,  # what it consumes, since no other is named
    # A task is acknowledged when a thread takes it. Lease, fence and attempts in Postgres bring back a run whose
    # worker died; a late acknowledgement would start a second copy of every run that outlives the visibility timeout.
    task_acks_late=False,
    worker_concurrency=environment.slots,  # one thread per slot of the runner
    worker_pool="threads",  # a thread only carries events from a socket to Valkey
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,  # a run waits in the queue, where any free machine can take it, not in this process
    worker_enable_remote_control=False,  # a stop travels by our own channel and outlives a restart of the worker
    worker_hijack_root_logger=False,  # the process that supervises us decides where logs go
    broker_connection_retry_on_startup=True,  # Valkey may come up after us
    broker_connection_max_retries=None,  # and may stay away for longer than a hundred tries
    broker_transport_options={
        # Without these a half-open connection blocks for ever; above kombu's BRPOP of 1 s.
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        # A connection that fell silent without being closed is given up after this, twice, plus a second: 11 s, not 51.
        "health_check_interval": 5,
        # Reserved tasks of a worker that died come back after this; claims drop what came back although it had started.
        "visibility_timeout": 30,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,  # the default looks at every tenth interval only: a minute and a half
        # Two apps share this broker: each restores its own, and the worker's Valkey user needs no right to the other's.
        "unacked_key": "runs.unacked",
        "unacked_index_key": "runs.unacked_index",
        "unacked_mutex_key": "runs.unacked_mutex",
    },
)
