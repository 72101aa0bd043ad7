"""The process that has imported everything, and forks: one per slot, told by the supervisor when a cell is wanted."""

from __future__ import annotations

import gc
import json
import os
import site
import socket
import sys
import weakref
from pathlib import Path

import numpy as np  # noqa: F401 - imported once, for every run
import torch

from workers.harness import compiler, ecosystem, student
from workers.harness.meter import METER
from workers.runner.nest import brood
from workers.runner.setting import Setting


def main() -> None:
    """Warm up, then make a cell for every message on the descriptor given as argument. Ends with its supervisor."""
    control = socket.socket(fileno=int(sys.argv[1]))
    setting = Setting.decode(sys.argv[2])
    _become_presentable(setting.code)
    compiler.put_off()
    METER.install()
    ecosystem.install(lambda: METER.steps)
    student.rehearse()
    _forget_finalizers()
    _check_single()
    _check_cold()
    gc.collect()
    gc.freeze()
    gc.enable()  # it was off while we imported
    control.send(json.dumps({"kind": "warm", "torch": torch.__version__.partition("+")[0]}).encode())
    brood(control, setting, student.live)


def _become_presentable(code: str) -> None:
    """Look like an interpreter that has just been started on the student's file."""
    site.setquit()
    site.setcopyright()
    site.sethelper()
    sys.path[:] = [entry for entry in sys.path if entry != code]
    sys.argv[:] = [sys.argv[0]]
    torch.set_num_threads(1)


def _forget_finalizers() -> None:
    """What the libraries would take apart at exit (50 ms) dies with the process; the student's own finalizers do run."""
    for finalizer in tuple(weakref.finalize._registry):  # type: ignore[attr-defined]
        finalizer.atexit = False


def _check_single() -> None:
    """Only the forking thread lives on in a fork: a lock held by another would be held for ever."""
    names = [(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()]
    if len(names) != 1:
        sys.exit(f"zygote: there are {len(names)} threads: {', '.join(names)}")


def _check_cold() -> None:
    """CUDA does not survive a fork, started or only asked for: each run starts it for itself."""
    files = [os.path.realpath(entry.path) for entry in os.scandir("/proc/self/fd")]
    started: bool = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
    if started or any(file.startswith("/dev/nvidia") for file in files):
        sys.exit("zygote: CUDA has been started")
