"""Memory as the kernel counts it: a control group per cell, in whichever version of control groups this machine has.

A group counts everything: private and shared pages, files in a tmpfs, page tables, and what sockets and pipes hold in the
kernel. It starts at nothing, since what a cell shares with its zygote is charged to the zygote. `find` answers None
where no group can be made (an ordinary user without a delegated subtree); then `usage` watches from outside instead.
"""

from __future__ import annotations

import fcntl
import itertools
import logging
import os
import time
from contextlib import suppress
from pathlib import Path

from workers.runner.hierarchy import Hierarchy, Version, locate

log = logging.getLogger(__name__)

_PREFIX = "kindling-"
_PATIENCE_S = 1.0


class Group:
    """The group of one cell. `remove` it when its processes have been killed."""

    def __init__(self, folder: Path, version: Version) -> None:
        self._folder = folder
        self._version = version
        self._events = os.open(folder / version.events, os.O_RDONLY)
        self._bound = 0

    def enter(self, process: int) -> None:
        """Move a process in; what it starts from now on is born here. Raises `OSError`."""
        (self._folder / "cgroup.procs").write_text(str(process))

    def bound(self, limit: int) -> None:
        """Set how many bytes the group may hold, swapped ones included; once is enough. Raises `OSError`."""
        if limit == self._bound:
            return
        bounds = [(self._version.limit, str(limit)), (self._version.swap_limit, self._version.swap_text(limit))]
        if limit > self._bound > 0:  # version 1 holds the first below the second at every moment
            bounds.reverse()
        for name, text in bounds:
            if (file := self._folder / name).exists():  # swap may not be counted
                file.write_text(text)
        self._bound = limit

    @property
    def overran(self) -> bool:
        """Whether the kernel killed one of its processes because the group was at its limit."""
        return self._kills > 0 and self._was_at_limit()

    @property
    def was_victim(self) -> bool:
        """Whether the kernel killed one of its processes because memory ran out elsewhere."""
        return self._kills > 0 and not self._was_at_limit()

    @property
    def peak(self) -> int:
        """The most bytes that it held at one moment; 0 where the kernel does not tell."""
        try:
            return int((self._folder / self._version.peak).read_text())
        except OSError:
            return 0

    @property
    def _kills(self) -> int:
        return _read_entry(os.pread(self._events, 4096, 0).decode(), "oom_kill")

    def _was_at_limit(self) -> bool:
        return self._version.was_at_limit(self._folder)

    def kill(self) -> None:
        """Kill every process in it, where the kernel can do that at once."""
        with suppress(OSError):
            (self._folder / "cgroup.kill").write_text("1")

    def remove(self) -> bool:
        """Whether it is gone: a killed process takes a moment to leave."""
        if self._events >= 0:
            os.close(self._events)
            self._events = -1
        return _remove(self._folder)


class Groups:
    """Makes groups in a folder of this runner's own, which a lock shows to be in use."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        sweep(hierarchy.folder)
        self._version = hierarchy.version
        self._folder = hierarchy.folder / f"{_PREFIX}{os.getpid()}-{time.time_ns()}"
        self._folder.mkdir()
        self._lock = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._version.prepare(self._folder)
        self._numbers = itertools.count()
        self._leaving: list[Group] = []

    def make(self) -> Group:
        """A new, empty group. Raises `OSError`."""
        self._clear()
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        return Group(folder, self._version)

    def try_(self) -> None:
        """Make a group, bound it and take it away again. Raises `OSError`."""
        group = self.make()
        try:
            group.bound(1 << 30)
        finally:
            self.release(group)

    def release(self, group: Group) -> None:
        """Its processes have been killed: it goes as soon as they have."""
        group.kill()
        self._leaving.append(group)
        self._clear()

    def close(self) -> None:
        """Remove everything, once its last processes are gone."""
        end = time.monotonic() + _PATIENCE_S
        while (self._clear() or not _remove(self._folder)) and time.monotonic() < end:
            time.sleep(0.01)
        os.close(self._lock)

    def _clear(self) -> bool:
        """Whether any are left."""
        self._leaving = [group for group in self._leaving if not group.remove()]
        return bool(self._leaving)


def find() -> Groups | None:
    """Where this process can make groups that bound memory; tried, not guessed."""
    hierarchy = locate()
    if hierarchy is None or not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        log.info("memory is watched from outside: there are no control groups for this user")
        return None
    try:
        groups = Groups(hierarchy)
        try:
            groups.try_()
        except OSError:
            groups.close()
            raise
    except OSError as error:
        log.info("memory is watched from outside: no control group can be made (%s)", error)
        return None
    return groups


def sweep(folder: Path) -> None:
    """Remove what runners have left behind that were killed: here, or in a group beside ours (another session's)."""
    for left in (*folder.glob(f"{_PREFIX}*"), *folder.parent.glob(f"*/{_PREFIX}*")):
        with suppress(OSError):
            lock = os.open(left, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                for group in (*(path for path in left.iterdir() if path.is_dir()), left):
                    _remove(group)
            finally:
                os.close(lock)


def _remove(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _read_entry(text: str, name: str) -> int:
    """The number beside `name` in lines like `oom_kill 3`."""
    return next((int(line.split()[1]) for line in text.splitlines() if line.split()[:1] == [name]), 0)
