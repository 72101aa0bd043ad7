"""The messages themselves: frozen dataclasses, each with the direction in which it goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from workers.protocol.names import QUEUE_CPU


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
    at all, or is "". `torch` is the version that its runs import, "" until a sandbox has said so.
    """

    kind: ClassVar[str] = "machine"
    worker: str = ""
    queue: str = QUEUE_CPU
    slots: int
    tier: str
    devices: list[str] = field(default_factory=list)
    refusal: str = ""
    torch: str = ""


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
    what came of the job's checks, none when there were none or the run did not come so far. `torch` is the version that
    the run had, "" where it never came to a sandbox.
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
    torch: str = ""


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
KINDS: dict[str, type[Message]] = {
    kind.kind: kind for kind in (Job, Stop, Asked, Control, Question, Survey, Machine, Event, Exit, Reached, Finished)
}
"""By the word that stands in a message's `kind`."""
