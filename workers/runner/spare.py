"""The supervisor's end of one cell: the descriptors that the cell handed out before it knew its job."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workers.protocol import Limits
from workers.runner import cell
from workers.runner.cell import Windows
from workers.runner.cgroup import Group, Groups
from workers.runner.policy import Sizes
from workers.runner.usage import Reading, Usage

DESCRIPTORS = 8
"""The most that a cell hands out."""


class Died(Exception):
    """The cell ended before it had a job. That is no weakness of the sandbox: another one is made."""


@dataclass(slots=True, eq=False)
class Spare:
    """One cell, good for one run. Closing it kills whatever is left inside."""

    sizes: Sizes
    pidfd: int
    wire: socket.socket
    stdout: int
    stderr: int
    report: int
    windows: Windows
    place: int | None = None
    group: Group | None = field(default=None)
    _groups: Groups | None = field(default=None)
    _base: Reading | None = field(default=None)

    @classmethod
    def receive(cls, message: dict[str, Any], descriptors: list[int]) -> Spare:
        """From a cell's message, and its descriptors in the order in which a cell sends them."""
        pidfd, wire, stdout, stderr, report, proc, *rooms = descriptors
        for descriptor in (wire, stdout, stderr, report):
            os.set_blocking(descriptor, False)
        windows = Windows(proc, tuple(rooms), tuple(message.get("processes", ())))
        ends = (pidfd, socket.socket(fileno=wire), stdout, stderr, report)
        return cls(Sizes(**message["sizes"]), *ends, windows, message.get("place"))

    def inspect(self) -> None:
        """See from outside that both processes are locked, and what they use before they work.

        Raises `Unsafe` or `Died`.
        """
        processes = self.windows.listed()
        if len(processes) != 2:
            raise Died
        for process in processes:
            cell.verify(_status(self.windows, process), starts_programs=not self.windows.processes)
        self._base = Usage(self.windows).read()

    def usage(self) -> Usage:
        """A meter that leaves out the CPU time spent on getting ready."""
        return Usage(self.windows, base=self._base)

    async def enclose(self, groups: Groups) -> None:
        """Have the kernel count the memory of both processes from now on; takes 20 ms. Raises `OSError`."""
        self._groups, self.group = groups, groups.make()
        self.bound(Limits())  # most jobs have these, and wait for nothing then
        await asyncio.to_thread(_move, _pid(self.pidfd), self.group)

    def bound(self, limits: Limits) -> None:
        """Set what the kernel holds for the cell as a whole, now that its job is known."""
        if self.group is not None:
            self.group.bound(limits.memory_mb * 1024 * 1024)

    def kill(self) -> None:
        """End every process of the cell."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def close(self) -> None:
        """Kill, and let go of everything."""
        self.kill()
        self.wire.close()
        for descriptor in (self.pidfd, self.stdout, self.stderr, self.report, *self.windows.descriptors):
            os.close(descriptor)
        if self.group is not None and self._groups is not None:
            self._groups.release(self.group)


def _status(windows: Windows, process: str) -> str:
    try:
        with open(f"{process}/status", opener=lambda path, flags: os.open(path, flags, dir_fd=windows.proc)) as file:
            return file.read()
    except OSError as error:
        raise Died from error


def _move(first: int, group: Group) -> None:
    """The kernel waits for every processor to take notice, so this is done beside the loop."""
    for process in (first, *_children(first)):
        group.enter(process)


def _pid(pidfd: int) -> int:
    lines = Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))


def _children(process: int) -> list[int]:
    """Raises `OSError`; `FileNotFoundError` for a kernel that does not list them, too."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
