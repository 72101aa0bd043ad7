"""Which processes came from one, read from /proc."""

from __future__ import annotations

import os
import signal
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path


def list_children(parent: int) -> set[int]:
    """The direct children of a process, the dead ones included until they are waited for."""
    return _read_families()[parent]


def end_descendants(*, patience: float) -> None:
    """Ends all that came from this process: after `patience` seconds to end by themselves, by SIGKILL.

    This process must have adopted the orphans among them (`adopt_orphans`).
    """
    deadline = time.monotonic() + patience
    while descendants := _list_descendants():
        if time.monotonic() > deadline:
            for pid in descendants:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        _reap()
        time.sleep(0.02)


def _list_descendants() -> set[int]:
    families = _read_families()
    found: set[int] = set()
    waiting = [os.getpid()]
    while waiting:
        children = families[waiting.pop()] - found
        found |= children
        waiting.extend(children)
    return found


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _read_families() -> defaultdict[int, set[int]]:
    families: defaultdict[int, set[int]] = defaultdict(set)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):  # it ended meanwhile
                status = (entry / "stat").read_text()
                families[int(status.rpartition(")")[2].split()[1])].add(int(entry.name))
    return families
