"""What the self-test runs in the sandbox in the student's place: it tries what must not be possible. No torch."""

from __future__ import annotations

import ctypes
import errno
import json
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from workers.protocol import Limits
from workers.runner import kernel, policy
from workers.runner.nest import hatch


def main() -> None:
    """Make one cell, answer from inside it, and wait to be killed."""
    control = socket.socket(fileno=int(sys.argv[1]))
    hatch(control, policy.sizes(Limits()), _attack)
    time.sleep(60)


def _attack(wire: socket.socket) -> None:
    found = [text for text, attempt in _ATTEMPTS.items() if attempt()]
    wire.sendall(json.dumps(found).encode() + b"\n")
    time.sleep(60)


def _succeeds(action: Callable[[], object]) -> bool:
    try:
        action()
    except OSError:
        return False
    return True


def _network() -> bool:
    return _succeeds(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).close())


def _project() -> bool:
    return Path(sys.argv[2]).exists() or any(Path(policy.OUR_CODE).iterdir())


def _neighbours() -> bool:
    return sorted(entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit()) != ["1", "2"]


def _namespaces() -> bool:
    return _succeeds(lambda: kernel.unshare(kernel.NEW_USER))


def _mounting() -> bool:
    return _succeeds(lambda: kernel.mount("tmpfs", policy.HOME, "tmpfs", 0))


def _tracing() -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.ptrace(0, 0, 0, 0) == 0 or ctypes.get_errno() != errno.EPERM)


def _writing() -> bool:
    return any(_succeeds((Path(folder) / "trace").touch) for folder in ("/", "/usr", "/dev", "/etc"))


_ATTEMPTS = {
    "there is a network": _network,
    "the project's files are to be seen": _project,
    "other processes are to be seen": _neighbours,
    "namespaces can be made": _namespaces,
    "file systems can be mounted": _mounting,
    "processes can be traced": _tracing,
    "system files can be written": _writing,
}
