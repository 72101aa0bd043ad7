"""The inside of one run: closed on every side, with no way back.

Called in processes that were just forked from the zygote (or from the self-test's probe). Where a run has namespaces
of its own: `leave` → fork → `furnish` → `lock` → fork. Where it has none: fork → `seclude`. Every step raises `OSError`
or `Unsafe` when it did not hold; the caller must then end.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from workers.runner import filter, kernel, landlock, policy
from workers.runner.calls import Calls
from workers.runner.landlock import Rule
from workers.runner.policy import Sizes


class Unsafe(Exception):
    """A step of the lock-down reported success and yet did not hold."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Descriptors through which the supervisor looks into a cell without walking any path of the student's.

    `rooms` are the file systems that the run fills. `processes` are the keeper and the run's process, by their names in
    `proc`; none where `proc` lists the cell's processes and no others.
    """

    proc: int
    rooms: tuple[int, ...]
    processes: tuple[str, ...] = ()

    @property
    def keeper(self) -> str:
        """The process that looks after the run."""
        return self.processes[0] if self.processes else "1"

    def listed(self) -> list[str]:
        """Every process of the cell."""
        return list(self.processes) or [name for name in os.listdir(self.proc) if name.isdigit()]  # noqa: PTH208

    @property
    def descriptors(self) -> tuple[int, ...]:
        """As they are sent and closed."""
        return (self.proc, *self.rooms)


def leave() -> None:
    """Move out of everything shared with the zygote; the next child is process 1 of the cell."""
    uid, gid = os.getuid(), os.getgid()
    kernel.unshare(kernel.EVERY_NAMESPACE)
    kernel.map_identity(policy.INNER_UID, policy.INNER_GID, uid=uid, gid=gid)


def furnish(sizes: Sizes) -> Windows:
    """Mount the cell's own /proc, /tmp and /dev/shm, in process 1; everything else is read-only already."""
    plain = kernel.NO_SUID | kernel.NO_DEV
    kernel.mount("none", "/", None, kernel.RECURSIVE | kernel.PRIVATE)
    kernel.mount("proc", "/proc", "proc", plain | kernel.NO_EXEC)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    _be_first_to_go()
    read_only = kernel.REMOUNT | kernel.BIND | kernel.READ_ONLY
    kernel.mount("none", "/proc", None, plain | kernel.NO_EXEC | read_only)
    room = "size={}m,nr_inodes={},mode=0700"
    kernel.mount("tmpfs", policy.HOME, "tmpfs", plain, room.format(sizes.tmp_mb, sizes.inodes))
    kernel.mount("tmpfs", "/dev/shm", "tmpfs", plain | kernel.NO_EXEC, room.format(sizes.shm_mb, sizes.inodes))  # noqa: S108
    kernel.mount("tmpfs", policy.OUR_CODE, "tmpfs", plain | kernel.NO_EXEC | kernel.READ_ONLY, "size=4k,nr_inodes=1")
    return look("/proc", policy.HOME, "/dev/shm")  # noqa: S108


def look(proc: str, *rooms: str, processes: tuple[str, ...] = ()) -> Windows:
    """Open the windows."""
    first, *others = (os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC) for path in (proc, *rooms))
    return Windows(first, tuple(others), processes)


def seclude(rules: list[Rule] | None, calls: Calls) -> None:
    """Close a process off that has no namespaces of its own: from files by `rules`, if any, and by the filter."""
    kernel.show_to_peers()  # to itself, and to the supervisor that reads its memory use; Landlock keeps others out
    _be_first_to_go()
    kernel.forbid_new_privileges()
    if rules is not None:
        landlock.restrict(rules)
    lock(calls)


def lock(calls: Calls) -> None:
    """Give up every privilege for good and put the filter on; what this process starts is bound by it too."""
    try:
        program = filter.build(calls, os.getpid())
    except filter.UnknownMachine as error:
        raise Unsafe(str(error)) from error
    starts_programs = "execve" in calls.allowed
    if starts_programs:
        kernel.empty_bounding_set()
    kernel.drop_capabilities()
    kernel.forbid_new_privileges()
    kernel.install_filter(program)
    verify(Path("/proc/self/status").read_text(), starts_programs=starts_programs)


def verify(status: str, *, starts_programs: bool = True) -> None:
    """Check what the kernel says of a locked process (the text of its /proc status). Raises `Unsafe`.

    The bounding set says what a program that is started could be given: it is nothing to who cannot start any.
    """
    said = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    if said["NoNewPrivs"] != "1" or said["Seccomp"] != "2":
        raise Unsafe("the system call filter is not active")
    sets = ("CapInh", "CapPrm", "CapEff", "CapAmb", *(("CapBnd",) if starts_programs else ()))
    if any(int(said[name], 16) for name in sets):
        raise Unsafe("capabilities are left")
    if "0" in said["Uid"].split() or "0" in said["Gid"].split():
        raise Unsafe("it would run as root")


def _be_first_to_go() -> None:
    """When the machine's memory runs out."""
    Path("/proc/self/oom_score_adj").write_text("1000")
