"""The machines that train, as they announce themselves in Valkey: how many runs they take, and on what."""

from __future__ import annotations

import logging
import time
from typing import Any

from redis import RedisError

from apps.runs.valkey import connect
from workers.protocol import MACHINES, QUEUE_CPU, QUEUE_GPU, BadMessage, Machine, decode, machine_key

logger = logging.getLogger(__name__)

QUEUES = {"cpu": QUEUE_CPU, "gpu": QUEUE_GPU}
"""Which queue serves a device."""

FRESH_S = 1.0
"""How long a process believes what it has read: starting a run may then ask as often as it likes."""

_seen: list[tuple[float, list[Machine]]] = []


def count_slots(device: str) -> int:
    """How many runs at a time the machines take that are there now, to within `FRESH_S`. 0 also while Valkey is away."""
    return sum(machine.slots for machine in _recall() if machine.queue == QUEUES[device] and not machine.refusal)


def list_machines() -> list[Machine]:
    """Every machine that lives, by name. Raises `redis.RedisError`."""
    client: Any = connect()
    names = sorted(name.decode() for name in client.smembers(MACHINES))
    words = client.mget([machine_key(name) for name in names]) if names else []
    machines = [_read(name, line) for name, line in zip(names, words, strict=True) if line is not None]
    return [machine for machine in machines if machine is not None]


def forget_gone() -> None:
    """Take the names of machines that are gone for good off the list. Raises `redis.RedisError`."""
    client: Any = connect()
    names = list(client.smembers(MACHINES))
    words = client.mget([machine_key(name.decode()) for name in names]) if names else []
    gone = [name for name, line in zip(names, words, strict=True) if line is None]
    if gone:
        client.srem(MACHINES, *gone)  # one that comes back puts itself on it again, within seconds


def look_again() -> None:
    """Believe nothing that was read before."""
    _seen.clear()


def _recall() -> list[Machine]:
    if not _seen or time.monotonic() - _seen[0][0] > FRESH_S:
        there = _look()
        _seen[:] = [(time.monotonic(), there)]  # the time afterwards: a Valkey that hangs is not asked by everybody
    return _seen[0][1]


def _look() -> list[Machine]:
    try:
        return list_machines()
    except RedisError as error:
        logger.warning("Valkey is away, and with it what is known of the machines (%s)", error)
        return []


def _read(name: str, line: bytes) -> Machine | None:
    try:
        message = decode(line)
    except BadMessage as error:
        logger.error("What announces itself as %s is no machine (%s)", name, error)
        return None
    return message if isinstance(message, Machine) else None
