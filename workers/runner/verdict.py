"""How a run ended, in one word for the record and one sentence for the student."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from enum import Enum, auto

from workers.protocol import Limits, State


class Cause(Enum):
    """Why the supervisor killed a run."""

    STOP = auto()
    CLOCK = auto()
    MEMORY = auto()
    CONSOLE = auto()
    ANSWERED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What the supervisor saw; `said` and `said_memory` are the words of the run itself."""

    cause: Cause | None
    status: int | None
    said: str
    said_memory: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """One outcome; `exit_code` is what a shell would report (128 + signal), none when the supervisor ended the run."""

    outcome: State
    message: str
    exit_code: int | None


def judge(ending: Ending, limits: Limits) -> Verdict:
    """The verdict on an ending. A limit comes before what the code did, a kill before an exit code."""
    if ending.cause is not None:
        return _killed(ending.cause, limits)
    code = 0 if ending.status is None else _exit_code(ending.status)
    if code == 0:
        return Verdict(State.SUCCEEDED, "Finished.", 0)
    if ending.said_memory:
        return Verdict(State.OUT_OF_MEMORY, _memory(limits, ending.said), code)
    return Verdict(State.FAILED, ending.said or _failure(ending.status or 0), code)


def refuse(reason: str) -> Verdict:
    """The machine's fault, and nobody's code ran."""
    return Verdict(State.REFUSED, f"This machine cannot run code safely, so your code was not run: {reason}.", None)


def _killed(cause: Cause, limits: Limits) -> Verdict:
    if cause is Cause.STOP:
        return Verdict(State.STOPPED, "You stopped this run.", None)
    if cause is Cause.ANSWERED:
        return Verdict(State.SUCCEEDED, "Finished.", None)
    if cause is Cause.CLOCK:
        message = (
            f"Your code ran longer than {_duration(limits.wall_s)}, the limit of this project; "
            "train for fewer epochs, or look for a loop that never ends."
        )
        return Verdict(State.TIMED_OUT, message, None)
    if cause is Cause.MEMORY:
        return Verdict(State.OUT_OF_MEMORY, _memory(limits, ""), None)
    message = (
        f"Your code printed more than {_size(limits.console_bytes)}, the limit of this project; "
        "print less often, for example every 100 steps. What it printed up to there is kept."
    )
    return Verdict(State.OUTPUT_LIMIT, message, None)


def _memory(limits: Limits, said: str) -> str:
    limit = _size(limits.memory_mb * 1024 * 1024)
    if "CUDA" in said:
        return (
            f"Your code asked for more memory than the GPU has left; try a smaller batch or a smaller model. ({said})"
        )
    if said:
        return f"Your code asked for more memory than {limit}, the limit of this project; try a smaller batch. ({said})"
    return f"Your code used {limit}, the limit of this project; try a smaller batch."


def _failure(status: int) -> str:
    if number := status & 0x7F:
        return f"Your code was ended by the signal {signal.Signals(number).name} ({signal.strsignal(number)})."
    return f"Your code ended with exit code {_exit_code(status)}."


def _exit_code(status: int) -> int:
    """From a wait status."""
    return 128 + (status & 0x7F) if status & 0x7F else (status >> 8) & 0xFF


def _duration(seconds: float) -> str:
    return f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds:g} s"


def _size(count: int) -> str:
    for unit, size in (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"
