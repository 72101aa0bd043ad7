"""The messages that web, worker and runner send each other: the one module that both sides of the wall import.

Everything here is a frozen dataclass, or the name of a queue, a task or a key. `encode` and `decode` turn a message
into one line of JSON and back; `decode` checks every field, so what passed it can be trusted in shape, and only in
shape: what an `Event` says is the claim of the code that ran.

An attempt at a run carries a *fence*: a number that grows with every decision about who may speak for the run. Events
are numbered `fence-seq`; a stream takes them in growing order only, so an attempt that was given up cannot speak again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, ClassVar

QUEUE_CPU = "runs.cpu"
QUEUE_CONTROL = "control"

TASK_RUN = "workers.tasks.run"
TASK_RECORD_START = "apps.runs.tasks.record_start"
TASK_RECORD_FINISH = "apps.runs.tasks.record_finish"

BUS = "bus"
"""Valkey stream that carries the events of all runs, for the processes that hold live streams open."""

MAX_CODE_BYTES = 256 * 1024
MAX_EVENT_BYTES = 64 * 1024
EVENT_TYPES = frozenset({"state", "stdout", "stderr", "metric", "progress", "notice", "exit"})


def stream_key(run: str) -> str:
    """Valkey stream with the run's events; an entry's id is `fence-seq`, its field `event` the encoded event."""
    return f"run:{run}"


def lease_key(run: str) -> str:
    """Holds the fence of the attempt at work; renewed by its worker every 5 s, gone 15 s after the last renewal."""
    return f"lease:{run}"


def stop_key(run: str) -> str:
    """Exists when the run has been asked to stop; what a worker reads that missed the `CONTROLS` message."""
    return f"stop:{run}"


def claim_key(run: str, fence: int) -> str:
    """Set once by the worker that takes an attempt, so that a task delivered twice starts once."""
    return f"claim:{run}:{fence}"


CONTROLS = "controls"
"""Valkey channel on which workers hear `Stop` messages."""


class State(StrEnum):
    """Where a run stands. Only Postgres says so for good; the word of a worker is taken through the recorder."""

    WAITING = "waiting"
    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    OUTPUT_LIMIT = "output_limit"
    REFUSED = "refused"
    LOST = "lost"


OUTCOMES = frozenset(
    {
        State.SUCCEEDED,
        State.FAILED,
        State.STOPPED,
        State.TIMED_OUT,
        State.OUT_OF_MEMORY,
        State.OUTPUT_LIMIT,
        State.REFUSED,
        State.LOST,
    }
)
"""The final states. `failed` is the learner's, `lost` is ours (and is retried once), `refused` is the machine's."""


class BadMessage(ValueError):
    """What arrived is not a message of this protocol; the text says which field is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one run may use."""

    wall_s: float = 120
    memory_mb: int = 2560
    cores: int = 2
    processes: int = 63
    console_bytes: int = 1024 * 1024
    tmp_mb: int = 64
    shm_mb: int = 64
    inodes: int = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """web → worker → runner: run this code."""

    kind: ClassVar[str] = "job"
    run: str
    fence: int
    code: str
    device: str = "cpu"
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """web → worker → runner: end the run now."""

    kind: ClassVar[str] = "stop"
    run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """runner → worker → stream: something that happened. `seq` counts from 1 without gaps, `at` is seconds since start."""

    kind: ClassVar[str] = "event"
    seq: int
    at: float
    type: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """runner → worker: the run is over, in the words of the supervisor."""

    kind: ClassVar[str] = "exit"
    outcome: State
    message: str
    exit_code: int | None
    cpu_s: float
    wall_s: float
    peak_mb: float
    last_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """worker → recorder: this attempt has a process of its own now."""

    kind: ClassVar[str] = "started"
    run: str
    fence: int
    worker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """worker → recorder: this attempt is over; `metrics` sums up what its events claimed, by metric name."""

    kind: ClassVar[str] = "finished"
    run: str
    fence: int
    exit: Exit
    metrics: dict[str, dict[str, Any]]


Message = Job | Stop | Event | Exit | Started | Finished
_KINDS: dict[str, type[Message]] = {kind.kind: kind for kind in (Job, Stop, Event, Exit, Started, Finished)}
_NUMBERS: dict[str, type | tuple[type, ...]] = {"float": (int, float), "int": int, "str": str}


def encode(message: Message) -> bytes:
    """One line of JSON. Raises `BadMessage` for a number that JSON does not know (send NaN and infinities as text)."""
    try:
        text = json.dumps({"kind": message.kind, **asdict(message)}, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        raise BadMessage(str(error)) from error
    return text.encode() + b"\n"


def decode(line: bytes | str) -> Message:
    """The message on this line. Raises `BadMessage` for anything that `encode` does not make."""
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadMessage("not JSON") from error
    if not isinstance(raw, dict) or raw.get("kind") not in _KINDS:
        raise BadMessage("no such kind of message")
    message = _build(_KINDS[raw.pop("kind")], raw)
    if isinstance(message, Event) and message.type not in EVENT_TYPES:
        raise BadMessage(f"no such type of event: {message.type!r}")
    return message


def _build(shape: Any, raw: Any) -> Any:
    if not isinstance(raw, dict):
        raise BadMessage(f"{shape.__name__} is not an object")
    known = {entry.name: str(entry.type) for entry in fields(shape)}
    if raw.keys() - known.keys():
        raise BadMessage(f"{shape.__name__} has no field {sorted(raw.keys() - known.keys())[0]!r}")
    values = {name: _check(name, known[name], value) for name, value in raw.items()}
    try:
        return shape(**values)
    except TypeError as error:
        raise BadMessage(str(error)) from error


def _check(name: str, kind: str, value: Any) -> Any:
    if kind == "Limits":
        return _build(Limits, value)
    if kind == "Exit":
        return _build(
            Exit,
            {key: field_ for key, field_ in value.items() if key != "kind"} if isinstance(value, dict) else value,
        )
    if kind == "State":
        if value not in set(State):
            raise BadMessage(f"{name} is not a state")
        return State(value)
    if kind.startswith("dict"):
        allowed: Any = dict
    elif kind.endswith(" | None"):
        allowed = (_NUMBERS[kind.removesuffix(" | None")], type(None))
    else:
        allowed = _NUMBERS[kind]
    if not isinstance(value, allowed) or isinstance(value, bool):
        raise BadMessage(f"{name} is not {kind}")
    return value
