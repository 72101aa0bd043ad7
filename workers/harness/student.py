"""A student's code, run as `__main__` the way `python listing.py` would run it."""

from __future__ import annotations

import atexit
import builtins
import ctypes
import gc
import io
import linecache
import os
import random
import resource
import socket
import sys
import threading
import types
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import numpy as np
import torch

from workers.harness import blame, questions, solitude
from workers.harness.meter import METER
from workers.harness.wire import Wire
from workers.protocol import Control, Job, Limits, decode, encode
from workers.runner import policy
from workers.runner.setting import Room

_REHEARSAL = """
import torch
from torch import nn
x = torch.arange(1.0, 5.0).reshape(-1, 1)
y = 2 * x
model = nn.Linear(1, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(3):
    loss = loss_fn(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
with torch.no_grad():
    f"{model(x)} {loss.item():.4f}"
"""


_STACK_BYTES = 8 * 1024 * 1024


def rehearse() -> None:
    """Train a little, so that what is loaded or compiled at first use is there, and its pages are this process's own."""
    names = {"__name__": "__rehearsal__"}
    METER.begin(Wire(None), policy.LISTING, _REHEARSAL, names)
    for of, name in (("modules", ""), ("tensor", "model.weight"), ("activations", "model")):
        METER.hear(Control(run="-", id="", verb="inspect", of=of, name=name))
    exec(compile(_REHEARSAL, policy.LISTING, "exec"), names)  # noqa: S102
    METER.end()
    blame.tell(ValueError("rehearsed"), io.StringIO())
    gc.collect()


def live(channel: socket.socket, room: Room) -> NoReturn:
    """The life of a run's process: get warm, say so, wait for the job, do it, end."""
    wire = Wire(channel)
    main = _settle(room)
    rehearse()
    _rehearse_job()
    _reseed()
    channel.sendall(b"ready\n")
    job = decode(wire.read_line())
    if not isinstance(job, Job):
        os._exit(1)
    try:
        _bind(job.limits, room)
    except (OSError, ValueError) as error:
        wire.tell("refused", {"message": f"a limit could not be set: {error}"})
        os._exit(1)
    wire.tell("started", {})
    if not job.questioned:
        METER.begin(wire, policy.LISTING, job.code, vars(main))
    exit_code = _perform(job.code, main, wire)
    if job.questioned and exit_code == 0:
        questions.answer(wire, vars(main))
    _leave(exit_code)


def _rehearse_job() -> None:
    """What stands between the job and its first line, once before: its pages are this process's own then, too."""
    job = decode(encode(Job(run="-", fence=0, code=_REHEARSAL)))
    assert isinstance(job, Job)  # noqa: S101 - it was one
    _data_bytes()
    policy.student_environment([], job.limits.cores)
    compile(job.code, policy.LISTING, "exec", dont_inherit=True)


def _settle(room: Room) -> types.ModuleType:
    """Home, standard streams and an empty `__main__`."""
    os.chdir(room.home)
    if room.alone:
        solitude.explain()
    sys.stdout = _stream(1)
    sys.stderr = _stream(2)
    vars(sys).update(__stdout__=sys.stdout, __stderr__=sys.stderr)
    sys.argv[:] = [policy.LISTING]
    sys.path.insert(0, room.home)
    main = types.ModuleType("__main__")
    main.__file__ = f"{room.home}/{policy.LISTING}"
    main.__builtins__ = builtins  # type: ignore[attr-defined]
    sys.modules["__main__"] = main
    return main


def _stream(descriptor: int) -> io.TextIOWrapper:
    """Flushed at every line, as on a terminal: somebody is watching."""
    raw = io.FileIO(descriptor, "w", closefd=False)
    errors = "backslashreplace" if descriptor == 2 else "surrogateescape"
    stream = io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", errors=errors, line_buffering=True)
    stream.mode = "w"  # type: ignore[misc]
    return stream


def _reseed() -> None:
    """As in a new interpreter: every generator starts from the system's randomness, not from the zygote's state."""
    torch.seed()
    np.random.seed(int.from_bytes(os.urandom(4)))
    random.seed(os.urandom(16))


def _bind(limits: Limits, room: Room) -> None:
    """The limits that the kernel keeps per process, the number of threads and the environment."""
    stacks = limits.processes * _STACK_BYTES  # room that is only reserved: what is used is counted outside
    memory = limits.memory_mb * 1024 * 1024 + _data_bytes() + stacks
    if room.variables.get("CUDA_VISIBLE_DEVICES"):
        memory = resource.RLIM_INFINITY  # CUDA reserves far more than it uses; what is used is watched from outside
    for kind, most in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_NPROC, limits.processes + room.others),
        (resource.RLIMIT_NOFILE, policy.OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        resource.setrlimit(kind, (most, most))
    torch.set_num_threads(limits.cores)
    os.environ.clear()
    os.environ.update(policy.student_environment(room.packages, limits.cores, room.home), **room.variables)


def _data_bytes() -> int:
    """What the interpreter and torch hold already."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmData")) * 1024


def _perform(code: str, main: types.ModuleType, wire: Wire) -> int:
    """Run the code, and everything that an interpreter does after it; the exit code."""
    with suppress(OSError):
        Path(policy.LISTING).write_text(code, encoding="utf-8", errors="replace")  # for processes that import it anew
    linecache.cache[policy.LISTING] = (len(code), None, code.splitlines(keepends=True), policy.LISTING)
    exit_code = 0
    try:
        exec(compile(code, policy.LISTING, "exec", dont_inherit=True), main.__dict__)  # noqa: S102
    except SystemExit as request:
        exit_code = _requested(request)
    except BaseException as error:  # noqa: BLE001 - whatever the student's code raised is what we are here to show
        exit_code = 1
        blame.show(error, wire)
    return exit_code


def _requested(request: SystemExit) -> int:
    """As Python does it: nothing is success, a number is itself, anything else is printed and is a failure."""
    if request.code is None:
        return 0
    if isinstance(request.code, int):
        return request.code & 0xFF
    print(request.code, file=sys.stderr)  # noqa: T201
    return 1


def _leave(exit_code: int) -> NoReturn:
    """End as an interpreter does, without taking torch apart piece by piece (0.8 s)."""
    with suppress(BaseException):
        threading._shutdown()  # type: ignore[attr-defined]
    with suppress(BaseException):
        METER.end()
    with suppress(BaseException):
        atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(BaseException):
            stream.flush()
    ctypes.CDLL(None).fflush(None)
    os._exit(exit_code)
