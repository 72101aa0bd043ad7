"""Starts a runner as another kind of user, or in a stand-in for a container. A program of its own, so that whatever it
does to itself ends with it:

    python -m tests.attacks.launcher [--user UID] [--contained] COMMAND...

As root it can do all of that; an ordinary user, who cannot become another, can still be contained.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import sys
from pathlib import Path

from workers.runner import kernel

_KILL, _SETGID, _SETUID = 5, 6, 7
"""What Docker leaves to root of what a runner may want: to become a slot's user, and to end what runs as one."""

_ROOMS = {"/tmp": "size=64m,nr_inodes=8k,mode=1777", "/dev/shm": "size=64m,nr_inodes=8k,mode=1777"}  # noqa: S108


def main() -> None:
    """Become what was asked for, one step after another, and start the command."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--user", type=int)
    parser.add_argument("--contained", action="store_true")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    needed = [Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve(), Path.cwd()]
    kernel.die_with_parent(signal.SIGKILL)
    if arguments.contained:
        _enter_container(needed)
    if os.geteuid() == 0 and arguments.user is not None:
        if not arguments.contained:
            kernel.unshare(kernel.NEW_MOUNTS)
            kernel.mount("none", "/", None, kernel.RECURSIVE | kernel.PRIVATE)
        _open_homes(needed)
        os.setgroups([])
        os.setresgid(arguments.user, arguments.user, arguments.user)
        os.setresuid(arguments.user, arguments.user, arguments.user)
    elif os.geteuid() == 0 and arguments.contained:
        _open_homes(needed)
        _keep_only(_KILL, _SETGID, _SETUID)
    if arguments.contained and os.geteuid() != 0:
        kernel.drop_capabilities()
        kernel.forbid_new_privileges()
    os.execv(arguments.command[0], arguments.command)  # noqa: S606


def _enter_container(needed: list[Path]) -> None:
    """No network, no other processes, small folders; returns in a child of the container's process 1."""
    uid, gid = os.geteuid(), os.getegid()
    spaces = kernel.NEW_MOUNTS | kernel.NEW_PIDS | kernel.NEW_IPC | kernel.NEW_NET
    kernel.unshare(spaces if uid == 0 else spaces | kernel.NEW_USER)
    if uid != 0:
        kernel.map_identity(uid, gid, uid=uid, gid=gid)
    _start_and_wait()
    kernel.mount("none", "/", None, kernel.RECURSIVE | kernel.PRIVATE)
    kernel.mount("proc", "/proc", "proc", kernel.NO_SUID | kernel.NO_DEV | kernel.NO_EXEC)
    for folder, size in _ROOMS.items():
        _cover(Path(folder), size, needed)
    _start_and_wait()
    kernel.die_with_parent(signal.SIGKILL)


def _start_and_wait() -> None:
    """Returns in a child; this process passes SIGTERM on, reaps, and ends when it has no child left."""
    child = os.fork()
    if child == 0:
        kernel.die_with_parent(signal.SIGKILL)
        return
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    status = 0
    while True:
        try:
            process, ended = os.waitpid(-1, 0)
        except ChildProcessError:
            os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
        if process == child:
            status = ended


def _open_homes(needed: list[Path]) -> None:
    """Where a home that is closed to others holds what is needed, cover it with a folder that holds only that."""
    closed = {home for place in needed for home in place.parents if not home.stat().st_mode & 0o001}
    for home in sorted(closed, key=lambda path: len(path.parts))[:1]:
        _cover(home, "size=1m,mode=0755", needed)


def _cover(folder: Path, size: str, needed: list[Path]) -> None:
    """An empty folder over this one, in which only what is needed of it can be seen: a checkout may lie anywhere."""
    held = [(place, os.open(place, os.O_PATH)) for place in needed if place.is_relative_to(folder)]
    kernel.mount("tmpfs", str(folder), "tmpfs", kernel.NO_SUID | kernel.NO_DEV, size)
    for place, descriptor in held:
        place.mkdir(parents=True, exist_ok=True)
        kernel.mount(f"/proc/self/fd/{descriptor}", str(place), None, kernel.BIND | kernel.RECURSIVE)
        os.close(descriptor)


def _keep_only(*kept: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    for capability in range(last + 1):
        if capability not in kept:
            libc.prctl(24, capability, 0, 0, 0)
    mask = sum(1 << capability for capability in kept)
    header = (ctypes.c_uint32 * 2)(0x2008_0522, 0)
    if libc.capset(header, (ctypes.c_uint32 * 6)(mask, mask, 0, 0, 0, 0)) != 0:
        sys.exit("launcher: capabilities cannot be dropped")


if __name__ == "__main__":
    main()
