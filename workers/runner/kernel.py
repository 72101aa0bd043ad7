"""System calls that Python's standard library does not wrap. Each raises `OSError` when the kernel says no."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

NEW_MOUNTS = 0x0002_0000
NEW_CGROUP = 0x0200_0000
NEW_UTS = 0x0400_0000
NEW_IPC = 0x0800_0000
NEW_USER = 0x1000_0000
NEW_PIDS = 0x2000_0000
NEW_NET = 0x4000_0000
EVERY_NAMESPACE = NEW_MOUNTS | NEW_CGROUP | NEW_UTS | NEW_IPC | NEW_USER | NEW_PIDS | NEW_NET

READ_ONLY = 1
NO_SUID = 2
NO_DEV = 4
NO_EXEC = 8
REMOUNT = 32
BIND = 4096
RECURSIVE = 16384
PRIVATE = 1 << 18

_SET_DEATH_SIGNAL = 1
_SET_SUBREAPER = 36
_SYSLOG_READ_ALL = 3
_SET_DUMPABLE = 4
_SET_SECCOMP = 22
_DROP_BOUNDING = 24
_SET_NO_NEW_PRIVILEGES = 38
_AMBIENT = 47
_AMBIENT_CLEAR = 4
_SECCOMP_FILTER = 2
_CAPABILITY_VERSION = 0x2008_0522

_libc = ctypes.CDLL(None, use_errno=True)


def unshare(flags: int) -> None:
    """Move this process into new namespaces (its children, for pids)."""
    _check(_libc.unshare(flags), "unshare")


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """mount(2)."""
    _check(
        _libc.mount(
            source.encode(),
            os.fsencode(target),
            kind.encode() if kind else None,
            ctypes.c_ulong(flags),
            options.encode() or None,
        ),
        f"mount {target}",
    )


def map_identity(inner_uid: int, inner_gid: int, *, uid: int, gid: int) -> None:
    """Give this process, just put into a user namespace, one uid and one gid there."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{inner_uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{inner_gid} {gid} 1")


def die_with_parent(signal: int) -> None:
    """Have the kernel send `signal` to this process when the thread that started it ends."""
    _prctl(_SET_DEATH_SIGNAL, signal)


def hide_from_peers() -> None:
    """Close this process's memory, descriptors and environment to other processes of the same uid."""
    _prctl(_SET_DUMPABLE, 0)


def show_to_peers() -> None:
    """Undo `hide_from_peers`: its /proc entry is this process's own again."""
    _prctl(_SET_DUMPABLE, 1)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends, so that they can be waited for."""
    _prctl(_SET_SUBREAPER, 1)


def read_boot_log() -> str:
    """What the kernel says of itself. An ordinary user may often not read it."""
    text = ctypes.create_string_buffer(1 << 16)
    length = _libc.klogctl(_SYSLOG_READ_ALL, text, len(text))
    _check(length, "syslog")
    return text.raw[:length].decode(errors="replace")


def call(number: int, *arguments: object) -> int:
    """A system call that the C library has no name for."""
    result: int = _libc.syscall(ctypes.c_long(number), *arguments)
    _check(result, f"system call {number}")
    return result


def forbid_new_privileges() -> None:
    """No program started from here on gains privileges; the kernel asks for this before it takes a filter."""
    _prctl(_SET_NO_NEW_PRIVILEGES, 1)


def empty_bounding_set() -> None:
    """No program started from here on can be given a capability."""
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    for capability in range(last + 1):
        _prctl(_DROP_BOUNDING, capability)


def drop_capabilities() -> None:
    """Give up every capability that this thread has, for it and all that it will start."""
    _prctl(_AMBIENT, _AMBIENT_CLEAR)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _check(_libc.capset(header, nothing), "capset")


def install_filter(program: bytes) -> None:
    """Hand a BPF program over that judges every later system call of this thread and its children."""
    code = ctypes.create_string_buffer(program, len(program))
    length = len(program) // 8
    pair = _Program(length, ctypes.cast(code, ctypes.c_void_p))
    _prctl(_SET_SECCOMP, _SECCOMP_FILTER, ctypes.addressof(pair))


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]


def _prctl(option: int, value: int, third: int = 0) -> None:
    zero = ctypes.c_ulong(0)
    _check(_libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(third), zero, zero), f"prctl {option}")


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
