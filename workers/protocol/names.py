"""What both sides call things: queues, tasks, keys and channels of Valkey, the largest of everything that is sent."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

QUEUE_CPU = "runs.cpu"
QUEUE_GPU = "runs.gpu"
QUEUE_CONTROL = "control"

TASK_RUN = "workers.tasks.run"
TASK_RECORD_STATE = "apps.runs.tasks.record_state"
TASK_RECORD_FINISH = "apps.runs.tasks.record_finish"
TASK_SHOW_END = "apps.runs.tasks.show_end"

BUS = "bus"
"""Valkey stream that carries the events of all runs, for the processes that hold live streams open."""

LEASE_S = 15
"""How long a lease outlives its last renewal."""

LAST_SEQ = 10**15 - 1
"""The largest number there is (Lua and JavaScript count so far exactly): the final event of a run whose attempt was
given up. Nothing of that attempt can come after it."""

MAX_STREAM_EVENTS = 120_000
"""About as many entries a run's stream keeps: as many short ones as a worker lets through of an attempt, by their bytes."""

MAX_BUS_EVENTS = 20_000
"""About as many the bus keeps; who misses older ones reads them in the run's stream."""

MAX_CODE_BYTES = 256 * 1024
MAX_EVENT_BYTES = 64 * 1024
MAX_CHECKS = 32
EVENT_TYPES = frozenset(
    """
    state stdout stderr notice metric progress graph figure histogram text inspection diagnosis verdict
    """.split()  # noqa: SIM905 - read as a text
)
"""What may stand in a run's stream; `workers.shapes` says how the data of each looks."""

QUEUE_EVENT = "queue"
"""A frame of live streams without a number, on the bus only: `{"ahead": 3, "estimate_s": 12.5}` of a run that waits."""

NOTICES_EVENT = "notices"
"""Another, to a person: `{"group": "thread:12"}`: there is a new notice for them, about this."""

POSTS_EVENT = "posts"
"""Another, to whoever reads a thread: `{"thread": 12, "post": 34}`: it has a new post."""

PASSING_EVENTS = frozenset({QUEUE_EVENT, NOTICES_EVENT, POSTS_EVENT})

VERBS = frozenset({"pause", "resume", "step", "inspect"})
SIGHTS = frozenset({"modules", "tensor", "activations"})
"""What can be inspected: the modules and tensors by name; one tensor; what one module makes of the next batch."""

DEVICES = frozenset({"cpu", "gpu"})


class BadMessage(ValueError):
    """What arrived is not a message of this protocol; the text says which field is wrong."""


def stream_key(run: str) -> str:
    """Valkey stream with the run's events; an entry's id is `fence-seq`, its field `event` the encoded event."""
    return f"run:{run}"


def lease_key(run: str) -> str:
    """Holds the fence of the attempt at work; renewed by its worker every 5 s, gone 15 s after the last renewal."""
    return f"lease:{run}"


def end_key(run: str) -> str:
    """Holds the encoded `Finished` of an attempt that is over, beside its lease: the message may be lost on its way."""
    return f"runs.end:{run}"


def entry_id(fence: int, seq: int) -> str:
    """The id of an event in its run's stream, which is also its id in a live stream."""
    return f"{fence}-{seq}"


def parse_entry_id(text: str) -> tuple[int, int]:
    """`(fence, seq)` of an `entry_id`; compares as the ids do. Raises `BadMessage`."""
    if not _ENTRY_ID.fullmatch(text):
        raise BadMessage("not the id of an event")
    fence, _, seq = text.partition("-")
    return int(fence), int(seq)


_ENTRY_ID = re.compile(r"[0-9]{1,15}-[0-9]{1,15}")


def stop_key(run: str) -> str:
    """Exists when the run has been asked to stop; what a worker reads that missed the `CONTROLS` message."""
    return f"stop:{run}"


def claim_key(run: str, fence: int) -> str:
    """Set once by the worker that takes an attempt, so that a task delivered twice starts once."""
    return f"claim:{run}:{fence}"


def controls_key(run: str) -> str:
    """List of encoded `Control` messages that the run's worker has not taken yet, oldest first."""
    return f"controls:{run}"


CONTROLS = "controls"
"""Valkey channel on which workers hear `Stop` messages, and `Asked` when there is something in a run's list."""

MACHINES = "machines"
"""Valkey set of the names of workers that have announced themselves."""

MACHINE_S = 15
"""How long an announcement outlives its last renewal."""


def machine_key(worker: str) -> str:
    """Holds the encoded `Machine` of a worker that lives; renewed every 5 s, gone 15 s after the last renewal."""
    return f"machine:{worker}"


APPEND = """
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local fence, seq = 0, 0
if #last > 0 then
  local f, s = string.match(last[1][1], '(%d+)-(%d+)')
  fence, seq = tonumber(f), tonumber(s)
end
for i = 5, #ARGV, 2 do
  local f, s = string.match(ARGV[i], '(%d+)-(%d+)')
  f, s = tonumber(f), tonumber(s)
  if f > fence or (f == fence and s > seq) then
    if ARGV[4] == '1' and s > 1 and (f > fence or s > seq + 1) then break end
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], ARGV[i], 'event', ARGV[i + 1])
    redis.call('XADD', 'bus', 'MAXLEN', '~', ARGV[3], '*', 'run', ARGV[1], 'id', ARGV[i], 'event', ARGV[i + 1])
    fence, seq = f, s
  end
end
return string.format('%.0f-%.0f', fence, seq)
"""
"""Lua: add events to a run's stream and to the bus, all in one step; answers the id of the stream's last event.

KEYS: stream; not the bus, for a script may only declare keys that its user may also read, and a worker may not read
what others' runs say. ARGV: run, about how many entries to keep in the stream and in the bus, "1" to refuse gaps, then id
and encoded event by turns. An id not greater than the last one is passed over, so that sending twice adds once and a
fence that was given up adds nothing. With gaps refused, an event whose predecessor is missing is not added either: the
answer tells a worker from where to send again what a broker without memory has lost.
"""


def broker_url(valkey_url: str) -> str:
    """A Valkey's address as Celery's broker layer writes it: `unix://user:pass@/path?db=1` is `redis+socket://user:pass@/path?virtual_host=1`."""
    parts = urlsplit(valkey_url)
    if parts.scheme != "unix":
        return valkey_url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.netloc}{parts.path}?virtual_host={database}"
