"""The inside of one run: own namespaces, own small file systems, no way back.

Called in a process that was just forked from the zygote (or from the self-test's probe), in this order: `leave` →
fork → `furnish` → `lock`. Every step raises `OSError` or `Unsafe` when it did not hold; the caller must then end.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from workers.runner import filter, kernel, policy
from workers.runner.policy import Sizes


class Unsafe(Exception):
    """A step of the lock-down reported success and yet did not hold."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Descriptors through which the supervisor looks into a cell without walking any path of the student's."""

    proc: int
    tmp: int
    shm: int


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
    Path("/proc/self/oom_score_adj").write_text("1000")
    read_only = kernel.REMOUNT | kernel.BIND | kernel.READ_ONLY
    kernel.mount("none", "/proc", None, plain | kernel.NO_EXEC | read_only)
    room = "size={}m,nr_inodes={},mode=0700"
    kernel.mount("tmpfs", policy.HOME, "tmpfs", plain, room.format(sizes.tmp_mb, sizes.inodes))
    kernel.mount("tmpfs", "/dev/shm", "tmpfs", plain | kernel.NO_EXEC, room.format(sizes.shm_mb, sizes.inodes))  # noqa: S108
    kernel.mount("tmpfs", policy.OUR_CODE, "tmpfs", plain | kernel.NO_EXEC | kernel.READ_ONLY, "size=4k,nr_inodes=1")
    return Windows(*(os.open(path, os.O_RDONLY | os.O_DIRECTORY) for path in ("/proc", policy.HOME, "/dev/shm")))  # noqa: S108


def lock() -> None:
    """Give up every privilege for good and put the filter on; what this process starts is bound by it too."""
    try:
        program = filter.build()
    except filter.UnknownMachine as error:
        raise Unsafe(str(error)) from error
    kernel.drop_capabilities()
    kernel.forbid_new_privileges()
    kernel.install_filter(program)
    verify(Path("/proc/self/status").read_text())


def verify(status: str) -> None:
    """Check what the kernel says of a locked process (the text of its /proc status). Raises `Unsafe`."""
    said = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    if said["NoNewPrivs"] != "1" or said["Seccomp"] != "2":
        raise Unsafe("the system call filter is not active")
    if any(int(said[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")):
        raise Unsafe("capabilities are left")
    if "0" in said["Uid"].split() or "0" in said["Gid"].split():
        raise Unsafe("it would run as root")
