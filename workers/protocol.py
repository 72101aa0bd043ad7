"""The messages that web, worker and runner send each other: the one module that both sides of the wall import.

Everything here is a frozen dataclass, or the name of a queue, a task or a key. `encode` and `decode` turn a message
into one line of JSON and back; `decode` checks every field, so what passed it can be trusted in shape, and only in
shape: what an `Event` says is the claim of the code that ran.

An attempt at a run carries a *fence*: a number that grows with every decision about who may speak for the run. Events
are numbered `fence-seq`; a stream takes them in growing order only, so an attempt that was given up cannot speak again.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, dataclass, field, is_dataclass
from enum import StrEnum
from types import NoneType
from typing import Any, ClassVar, NoReturn, get_args, get_origin, get_type_hints
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

MAX_STREAM_EVENTS = 20_000
MAX_BUS_EVENTS = 20_000
"""About as many entries a run's stream and the bus keep; who missed older ones is told so by a `gap`."""

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


class State(StrEnum):
    """Where a run stands. Only Postgres says so for good; the word of a worker is taken through the recorder."""

    WAITING = "waiting"
    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
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
class Tensor:
    """Raw numbers, row by row; a scalar has the shape []. Not pickled, not torch: both sides of a check can read it."""

    name: str = ""
    shape: list[int]
    values: list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question to a student's program that has run, and the answer: `call` is evaluated in a second, fresh sandbox.

    `relation` is `close` (every value within `within` of the expected one), `below` or `above` (every value less, or
    more, than the one expected). The expectation and the hint never enter a sandbox.
    """

    name: str
    call: str
    inputs: list[Tensor] = field(default_factory=list)
    expect: Tensor
    relation: str = "close"
    within: float = 1e-4
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """What came of one check; `message` tells the student what was seen and, where there is one, the hint."""

    name: str
    passed: bool
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """web → worker → runner: run this code. `checks` are carried out after a run that succeeded.

    The runner alone sets `questioned`, and then sends no checks along: the code is run to be asked a `Question` or more.
    """

    kind: ClassVar[str] = "job"
    run: str
    fence: int
    code: str
    device: str = "cpu"
    limits: Limits = field(default_factory=Limits)
    checks: list[Check] = field(default_factory=list)
    questioned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """web → worker → runner: end the run now."""

    kind: ClassVar[str] = "stop"
    run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """web → worker: there is a `Control` in the run's list."""

    kind: ClassVar[str] = "asked"
    run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """web → worker → runner → harness: do this with the run that is going on; one of `VERBS`.

    `of` (one of `SIGHTS`) and `name` say what to inspect; the `inspection` event that answers carries the same `id`.
    """

    kind: ClassVar[str] = "control"
    run: str
    id: str
    verb: str
    of: str = "modules"
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """runner → harness, after questioned code has run: evaluate `call` where it ran, with the inputs as tensors."""

    kind: ClassVar[str] = "question"
    call: str
    inputs: list[Tensor] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """worker → runner, instead of a job: what are you? Answered by one `Machine`, with no worker's name in it."""

    kind: ClassVar[str] = "survey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """runner → worker → Valkey: what a machine can do.

    `slots` are runs at a time on `queue`; `devices` names its accelerators; `refusal` says why it cannot run anything
    at all, or is "".
    """

    kind: ClassVar[str] = "machine"
    worker: str = ""
    queue: str = QUEUE_CPU
    slots: int
    tier: str
    devices: list[str] = field(default_factory=list)
    refusal: str = ""


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
    """runner → worker: the run is over, in the words of the supervisor.

    `wall_s` leaves out `paused_s`. `device` is what it really ran on, `gpu_s` for how long it held a GPU; `checks` is
    what came of the job's checks, none when there were none or the run did not come so far.
    """

    kind: ClassVar[str] = "exit"
    outcome: State
    message: str
    exit_code: int | None
    cpu_s: float
    wall_s: float
    peak_mb: float
    last_seq: int
    paused_s: float = 0.0
    device: str = "cpu"
    gpu_s: float = 0.0
    checks: list[Graded] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """worker → recorder: this attempt is now in `state`: starting, running or paused, as its event `seq` said."""

    kind: ClassVar[str] = "reached"
    run: str
    fence: int
    seq: int
    state: State
    worker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """worker → recorder: this attempt is over; `metrics` sums up what its events claimed, by metric name."""

    kind: ClassVar[str] = "finished"
    run: str
    fence: int
    exit: Exit
    metrics: dict[str, dict[str, Any]]


Message = Job | Stop | Asked | Control | Question | Survey | Machine | Event | Exit | Reached | Finished
_KINDS: dict[str, type[Message]] = {
    kind.kind: kind for kind in (Job, Stop, Asked, Control, Question, Survey, Machine, Event, Exit, Reached, Finished)
}
_RUN = re.compile(r"[0-9A-Za-z-]{1,64}")


def encode(message: Message) -> bytes:
    """One line of JSON. Raises `BadMessage` for a number that JSON does not know (send NaN and infinities as text)."""
    try:
        text = json.dumps({"kind": message.kind, **_fields(message)}, allow_nan=False, separators=(",", ":"))
    except (ValueError, TypeError, RecursionError) as error:
        raise BadMessage(str(error)) from error
    return text.encode() + b"\n"


def _fields(message: Message) -> dict[str, Any]:
    """An event's data is plain already: to copy it piece by piece is most of what a busy run costs its supervisor."""
    if isinstance(message, Event):
        return {"seq": message.seq, "at": message.at, "type": message.type, "data": message.data}
    return asdict(message)


def decode(line: bytes | str) -> Message:
    """The message on this line. Raises `BadMessage` for anything that `encode` does not make."""
    try:
        raw = json.loads(line, parse_constant=_refuse_constant, parse_float=_read_float)
    except (ValueError, RecursionError) as error:
        raise BadMessage("not JSON") from error
    if not isinstance(raw, dict) or not isinstance(kind := raw.pop("kind", None), str) or kind not in _KINDS:
        raise BadMessage("no such kind of message")
    message: Message = _build(_KINDS[kind], raw)
    _check_ranges(message)
    return message


def _refuse_constant(text: str) -> NoReturn:
    raise BadMessage(f"{text} is not JSON")


def _read_float(text: str) -> float:
    """Also deep inside an event's data: 1e999 would be read as infinity, which cannot be sent on."""
    if math.isinf(number := float(text)):
        raise BadMessage("a number is too large")
    return number


def _check_ranges(message: Message) -> None:
    if isinstance(message, Event) and message.type not in EVENT_TYPES:
        raise BadMessage(f"no such type of event: {message.type[:40]!r}")
    if isinstance(message, Control) and (message.verb not in VERBS or message.of not in SIGHTS):
        raise BadMessage("no such control")
    if isinstance(message, Job) and (message.device not in DEVICES or len(message.checks) > MAX_CHECKS):
        raise BadMessage("no such device, or too many checks")
    if not _RUN.fullmatch(getattr(message, "run", "-")):
        raise BadMessage("run is not the id of a run")
    for name in ("fence", "seq", "last_seq"):
        if not 0 <= getattr(message, name, 0) <= LAST_SEQ:
            raise BadMessage(f"{name} is out of range")


def _build(shape: Any, raw: Any) -> Any:
    """An instance of the dataclass `shape` from parsed JSON, every field checked against its annotation."""
    if not isinstance(raw, dict):
        raise BadMessage(f"{shape.__name__} is not an object")
    hints = _HINTS[shape]
    if unknown := sorted(raw.keys() - hints.keys()):
        raise BadMessage(f"{shape.__name__} has no field {unknown[0][:40]!r}")
    values = {name: _check(name, hints[name], value) for name, value in raw.items()}
    try:
        return shape(**values)
    except TypeError as error:
        raise BadMessage(str(error)) from error


def _check(name: str, hint: Any, value: Any) -> Any:
    if is_dataclass(hint):
        return _build(hint, value)
    if hint is State:
        return _check_state(name, value)
    if NoneType in get_args(hint):
        if value is None:
            return None
        hint = get_args(hint)[0]
    if get_origin(hint) is list:
        return _check_list(name, get_args(hint)[0], value)
    wanted = (int, float) if hint is float else get_origin(hint) or hint
    if not isinstance(value, wanted) or isinstance(value, bool) is not (hint is bool):
        raise BadMessage(f"{name} is not {getattr(hint, '__name__', hint)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadMessage(f"{name} is not a finite number")
    return value


def _check_list(name: str, hint: Any, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise BadMessage(f"{name} is not a list")
    return [_check(name, hint, item) for item in value]


def _check_state(name: str, value: Any) -> State:
    try:
        return State(value)
    except ValueError as error:
        raise BadMessage(f"{name} is not a state") from error


def _hints(shape: Any) -> dict[str, Any]:
    return {name: hint for name, hint in get_type_hints(shape).items() if get_origin(hint) is not ClassVar}


_HINTS: dict[Any, dict[str, Any]] = {
    shape: _hints(shape) for shape in (Limits, Tensor, Check, Graded, *_KINDS.values())
}
