"""What a worker says to Valkey about one attempt: claim, lease, events. Every call may be repeated without harm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from workers.protocol import (
    APPEND,
    LEASE_S,
    MAX_BUS_EVENTS,
    MAX_STREAM_EVENTS,
    claim_key,
    controls_key,
    end_key,
    entry_id,
    lease_key,
    parse_entry_id,
    stop_key,
    stream_key,
)

CLAIM_S = 24 * 3600
"""Longer than a task can wait in a queue and still be delivered a second time."""

FINISHING_S = 600
"""How long an attempt that is over keeps its lease, and its last word for a recorder that has not heard it."""

MOST_CONTROLS = 32
"""Taken at a time; what is more comes with the next renewal."""

RENEW = """
local holder = redis.call('GET', KEYS[1])
if holder and tonumber(holder) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
if KEYS[2] then redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[2]) end
return 1
"""
"""Lua: hold the lease KEYS[1] with the fence ARGV[1] for ARGV[2] seconds, unless a later fence has it; as long, and in the
same step, keep ARGV[3] under KEYS[2], if that is given. Whoever sees the long lease of an end sees what it was."""


def connect(url: str) -> Redis:
    """A client, safe to share between threads. Connects when first used."""
    return Redis.from_url(
        url,
        socket_timeout=5,
        socket_connect_timeout=2,
        health_check_interval=25,
        retry=Retry(NoBackoff(), 0),  # whoever calls keeps what was not sent, and goes on reading its runner meanwhile
    )


class Ledger:
    """What Valkey knows of one attempt at a run. Methods raise `redis.RedisError` while Valkey is away."""

    def __init__(self, client: Redis, run: str, fence: int) -> None:
        self._client = client
        self._run = run
        self._fence = fence
        self._append: Any = client.register_script(APPEND)
        self._renew: Any = client.register_script(RENEW)

    def claim(self, worker: str) -> bool:
        """True once, for the first worker that asks; a second delivery of the same task gets False."""
        if not self._client.set(claim_key(self._run, self._fence), worker, nx=True, ex=CLAIM_S):
            return False
        self._client.sadd(_desk(worker), f"{self._fence} {self._run}")
        return True

    def put_away(self, worker: str) -> None:
        """This attempt is over and told: if the worker dies now, nobody has to hear of it again."""
        self._client.srem(_desk(worker), f"{self._fence} {self._run}")

    def renew(self) -> bool:
        """Hold the lease. False when a later attempt has it: this one has no more to say."""
        return bool(self._renew(keys=[lease_key(self._run)], args=[self._fence, LEASE_S]))

    def keep_end(self, word: bytes) -> bool:
        """Hold the lease until the recorder has written the end down, and keep the word about it. False as for `renew`."""
        keys = [lease_key(self._run), end_key(self._run)]
        return bool(self._renew(keys=keys, args=[self._fence, FINISHING_S, word]))

    def stop_asked(self) -> bool:
        return bool(self._client.exists(stop_key(self._run)))

    def take_controls(self) -> list[bytes]:
        """What was asked of the run since the last time, oldest first, and is in nobody's hands but ours from now on."""
        taken: Any = self._client.lpop(controls_key(self._run), MOST_CONTROLS)
        return list(taken or [])

    def publish(self, first_seq: int, events: Sequence[bytes]) -> tuple[int, int]:
        """Add events numbered from `first_seq` to the stream; `(fence, seq)` of what is now its last."""
        args: list[Any] = [self._run, MAX_STREAM_EVENTS, MAX_BUS_EVENTS, "1"]
        for seq, event in enumerate(events, first_seq):
            args += [entry_id(self._fence, seq), event]
        answer: bytes = self._append(keys=[stream_key(self._run)], args=args)
        return parse_entry_id(answer.decode())


def clear_desk(client: Redis, worker: str) -> list[tuple[str, int]]:
    """The attempts `(run, fence)` that a dead process of this worker's name left unfinished. Asked once, at its start."""
    pipe = client.pipeline(transaction=True)
    pipe.smembers(_desk(worker))
    pipe.delete(_desk(worker))
    members: list[bytes] = list(pipe.execute()[0])
    return [(run, int(fence)) for fence, _, run in (member.decode().partition(" ") for member in members)]


def _desk(worker: str) -> str:
    """Valkey set of the attempts that a worker has in hand; shares the prefix of the queue that it serves."""
    return f"runs.desk:{worker}"
