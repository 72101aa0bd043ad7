"""Folders for runs that cannot mount any: lent to one cell after another, and nothing stays in between.

All of this happens in the zygote, after every process of the run is gone: so nobody moves anything under its hands.
"""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from workers.runner import policy


class Residue(Exception):
    """Something stays behind in a place; its slot must be built anew."""


@dataclass(slots=True)
class Place:
    """A folder, and the two processes of the cell that has it: the one that looks after the run, and the run's own."""

    number: int
    path: str
    keeper: int = 0
    student: int = 0

    @property
    def free(self) -> bool:
        """Nobody has it, and it was tidied."""
        return not self.keeper

    def vacate(self) -> None:
        """End its cell, wait until both processes are gone, and take everything away. Raises `Residue`."""
        for process in (self.keeper, self.student):
            _end(process)
        self.keeper = self.student = 0
        sweep(self.path)


class Places:
    """All places of one slot. `shared` are folders that a run could write to beside its place: swept after each run."""

    def __init__(self, paths: list[str], shared: tuple[str, ...] = ()) -> None:
        self._places = [Place(number, path) for number, path in enumerate(paths)]
        self._shared = shared
        self._kept = tuple({Path(path).parent.name for path in paths})

    def find(self) -> Place:
        """A free one. There is one more than the slot has cells, so none being free means a cell was forgotten."""
        for place in self._places:
            if place.free:
                return place
        raise Residue("every place is taken")

    def vacate(self, number: int, *, after_run: bool) -> None:
        """Make one place free. After a run the others, which wait for theirs, are seen to be empty. Raises `Residue`."""
        self._places[number].vacate()
        if after_run:
            for folder in (*self._shared, *(place.path for place in self._places)):
                sweep(folder, keep=self._kept)


def _end(process: int) -> None:
    """Kill and reap a child; an orphan that was not adopted has been reaped by its parent before."""
    if process:
        with suppress(ChildProcessError, ProcessLookupError):
            if os.waitpid(process, os.WNOHANG)[0] == 0:
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)


def sweep(folder: str, keep: tuple[str, ...] = (), most: int = policy.MOST_TIDIED) -> None:
    """Empty a folder, but for the names to keep, whatever is in it: links are not followed, closed folders opened,
    deep ones made flat. Raises `Residue` when there is more than is worth the time, or something cannot be removed.
    """
    room = os.statvfs(folder)
    if room.f_files - room.f_ffree > most:
        raise Residue("too many files were left behind")
    try:
        top = _open(folder, None)
        try:
            _empty(top, keep)
            os.utime(top, (0, 0))
        finally:
            os.close(top)
    except OSError as error:
        raise Residue(f"a folder cannot be tidied: {error}") from error


def _empty(top: int, keep: tuple[str, ...]) -> None:
    while names := [name for name in os.listdir(top) if name not in keep]:
        for name in names:
            if _is_folder(name, top):
                _dissolve(name, top)
            else:
                os.unlink(name, dir_fd=top)


def _dissolve(name: str, top: int) -> None:
    """Remove a folder; folders in it are moved up to the top before, so that no path ever grows long."""
    folder = _open(name, top)
    try:
        for inner in os.listdir(folder):  # noqa: PTH208
            if _is_folder(inner, folder):
                os.close(_open(inner, folder))
                os.rename(inner, os.urandom(16).hex(), src_dir_fd=folder, dst_dir_fd=top)
            else:
                os.unlink(inner, dir_fd=folder)
    finally:
        os.close(folder)
    os.rmdir(name, dir_fd=top)


def _open(name: str, beside: int | None) -> int:
    """A folder that may have been closed to its owner."""
    os.chmod(name, 0o700, dir_fd=beside)
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=beside)


def _is_folder(name: str, beside: int) -> bool:
    return stat.S_ISDIR(os.lstat(name, dir_fd=beside).st_mode)


def lay_out(base: str) -> list[str]:
    """Make a slot's places below `base`, where they are not there yet; their paths.

    Beside `base`, what a zygote left behind that was killed is removed: a live one holds a lock on its own.
    """
    folder = Path(base)
    folder.mkdir(mode=0o711, exist_ok=True)
    fcntl.flock(os.open(base, os.O_RDONLY | os.O_DIRECTORY), fcntl.LOCK_EX)  # for the life of this process
    for old in folder.parent.glob(f"{folder.name.partition('-')[0]}-*"):
        _remove_unowned(str(old))
    paths = [f"{base}/{number}" for number in range(policy.PLACES_PER_SLOT)]
    for path in paths:
        Path(path).mkdir(mode=0o700, exist_ok=True)
    return paths


def _remove_unowned(folder: str) -> None:
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            sweep(folder, most=sys.maxsize)  # nobody waits for this one, and it cannot be left
            os.rmdir(folder)  # noqa: PTH106
        finally:
            os.close(descriptor)
