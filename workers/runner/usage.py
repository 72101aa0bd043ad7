"""What a cell uses, read through a /proc that was opened inside."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from workers.runner import policy
from workers.runner.cell import Windows

_TICKS = os.sysconf("SC_CLK_TCK")
_PRECISE_EVERY_S = 0.25
_WIRE_ENDS = 2
_PAGE_TABLES = ("VmPTE",)
_COUNTED = ("RssAnon", "RssShmem", "VmSwap", *_PAGE_TABLES)
_COUNTED_PRECISELY = ("Pss_Anon", "Pss_Shmem", "SwapPss")


@dataclass(frozen=True, slots=True)
class Reading:
    """Bytes and seconds at one moment; `bound` is at least what is used, since shared pages count once per process."""

    processes: tuple[str, ...]
    bound: int
    cpu_s: float


class Usage:
    """Follows memory and CPU time of one cell.

    `peak` is what the run added to the warm interpreter it was born from, in bytes; `cpu_s` what it added to the time
    that getting warm took.

    The cheap figure of a process counts pages it shares with its siblings, so their sum is an upper bound: only when
    that passes the limit is the exact figure taken (8 ms for a process that has torch in it).
    """

    def __init__(self, windows: Windows, base: Reading | None = None) -> None:
        self._windows = windows
        self._inherited = base.bound if base else 0
        self._precise_at = 0.0
        self.peak = 0
        self.cpu_s = 0.0
        self.base_cpu_s = base.cpu_s if base else 0.0

    def exceeds(self, limit: int) -> bool:
        """Take a sample; whether the processes' memory, the files and the sockets hold more than `limit` bytes."""
        reading = self.read()
        files = self._files() + self._sockets()
        self.cpu_s = max(self.cpu_s, reading.cpu_s - self.base_cpu_s)
        self.peak = max(self.peak, reading.bound - self._inherited * len(reading.processes) + files)
        now = time.monotonic()
        if reading.bound + files <= limit or (len(reading.processes) > 1 and now < self._precise_at):
            return False
        self._precise_at = now + _PRECISE_EVERY_S
        exact = sum(self._exact(process) for process in reading.processes) + files
        self.peak = max(self.peak, exact)
        return exact > limit

    def follow_cpu(self) -> None:
        """Take a sample of the CPU time alone, where the kernel watches the memory."""
        spent = sum(self._cpu_s(name) for name in self._windows.listed())
        self.cpu_s = max(self.cpu_s, spent - self.base_cpu_s)

    def read(self) -> Reading:
        """The cheap figures."""
        processes = self._windows.listed()
        students = tuple(name for name in processes if name != self._windows.keeper)
        bound = sum(self._sum(f"{name}/status", _COUNTED) for name in students)
        return Reading(students, bound, sum(self._cpu_s(name) for name in processes))

    def _exact(self, process: str) -> int:
        pages = self._sum(f"{process}/smaps_rollup", _COUNTED_PRECISELY)
        return pages + self._sum(f"{process}/status", _PAGE_TABLES)

    def _files(self) -> int:
        """What is in them, and what the kernel keeps for their names where it does not limit those."""
        rooms = [os.fstatvfs(folder) for folder in self._windows.rooms]
        used = sum((room.f_blocks - room.f_bfree) * room.f_frsize for room in rooms)
        return used + sum((room.f_files - room.f_ffree) * policy.NAME_BYTES for room in rooms)

    def _sockets(self) -> int:
        """What may wait in them. A run that shares its network with others cannot make any."""
        if self._windows.processes:
            return 0
        said = self._text(f"{self._windows.keeper}/net/sockstat").split()
        return max(0, int(said[2]) - _WIRE_ENDS) * policy.SOCKET_BYTES if said else 0

    def _sum(self, name: str, entries: tuple[str, ...]) -> int:
        """Sum of lines like `RssAnon:  215708 kB`, in bytes."""
        lines = (line.split() for line in self._text(name).splitlines() if line.startswith(entries))
        return sum(int(words[1]) for words in lines if words[0].rstrip(":") in entries) * 1024

    def _cpu_s(self, process: str) -> float:
        """User and system time of the process and of its children that have been waited for."""
        numbers = self._text(f"{process}/stat").rpartition(")")[2].split()
        return sum(int(number) for number in numbers[11:15]) / _TICKS

    def _text(self, name: str) -> str:
        """The file's text; nothing for a process that has just ended."""
        try:
            descriptor = os.open(name, os.O_RDONLY, dir_fd=self._windows.proc)
        except OSError:
            return ""
        try:
            with open(descriptor, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
                return file.read()
        except OSError:
            return ""
