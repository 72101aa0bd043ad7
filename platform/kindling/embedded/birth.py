"""How a child process comes into the world: bound to its parent's life, and, for Postgres, never as root.

A child gets a signal from the kernel when its parent dies (`PR_SET_PDEATHSIG`), so that a parent that is killed leaves
nothing behind. Postgres refuses to run as root; then it gets a user namespace of its own in which it is somebody else
while its files stay root's, and where the machine refuses namespaces, the uid of an unprivileged user.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_CLONE_NEWUSER = 0x10000000
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the child is: inside a user namespace of its own, or by changing its uid."""

    uid: int
    gid: int
    namespace: bool


def bind(signal_on_death: signal.Signals, identity: Identity | None = None) -> Callable[[], None]:
    """The `preexec_fn` of a child that gets this signal when the thread that started it ends.

    The parent must have one thread, or the kernel's word on "the parent died" means the wrong thing.
    """
    parent = os.getpid()

    def run_in_child() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())  # the supervisor waits for its signals blocked
        if identity:
            assume(identity)  # before the next line: a change of identity forgets the signal
        _libc.prctl(_PR_SET_PDEATHSIG, int(signal_on_death))
        if os.getppid() != parent:
            os._exit(1)

    return run_in_child


def adopt_orphans() -> None:
    """From now on descendants whose parent dies become children of this process, not of the machine's first one."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)


def follow_parent(signal_on_death: signal.Signals) -> None:
    """Asks the kernel for this signal when the parent of this very process dies."""
    _libc.prctl(_PR_SET_PDEATHSIG, int(signal_on_death))


def choose_identity(folder: Path) -> Identity | None:
    """Whom Postgres runs as, given the folder of its data; None: as we are."""
    owner = folder.stat() if folder.exists() else None
    if os.geteuid() == 0 and owner and owner.st_uid != 0:  # an earlier start had to give the data away
        return Identity(uid=owner.st_uid, gid=owner.st_gid, namespace=False)
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return None
    somebody = next(entry for entry in pwd.getpwall() if entry.pw_uid not in (0, 65534))  # initdb wants a name
    inside = Identity(uid=somebody.pw_uid, gid=somebody.pw_gid, namespace=True)
    if _is_possible(inside):
        return inside
    nobody = pwd.getpwnam("nobody")
    return Identity(uid=nobody.pw_uid, gid=nobody.pw_gid, namespace=False)


def assume(identity: Identity) -> None:
    """Makes this process somebody else, for good. Raises `OSError` where the machine refuses."""
    if not identity.namespace:
        os.setgroups([])
        os.setgid(identity.gid)
        os.setuid(identity.uid)
        return
    uid, gid = os.geteuid(), os.getegid()
    if _libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{identity.uid} {uid} 1")
    _write("/proc/self/gid_map", f"{identity.gid} {gid} 1")


def _has_name(uid: int) -> bool:
    return any(entry.pw_uid == uid for entry in pwd.getpwall())


def _is_possible(identity: Identity) -> bool:
    pid = os.fork()
    if pid == 0:
        try:
            assume(identity)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1] == 0


def _write(path: str, text: str) -> None:
    file = os.open(path, os.O_WRONLY)
    os.write(file, text.encode())
    os.close(file)
