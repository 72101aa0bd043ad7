"""What the self-test runs in the sandbox in the student's place: it tries what must not be possible. No torch."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from workers.protocol import Limits
from workers.runner import kernel, policy
from workers.runner.nest import brood
from workers.runner.setting import Room, Setting


def main() -> None:
    """Make the cells that are asked for, and answer from inside."""
    control = socket.socket(fileno=int(sys.argv[1]))
    brood(control, Setting.decode(sys.argv[2]), _attack)


def _attack(wire: socket.socket, room: Room) -> None:
    setting = Setting.decode(sys.argv[2])
    attempts = {**_ATTEMPTS, **(_NESTED if setting.how.nested else _FLAT)}
    if setting.how.landlocked:
        attempts.update(_LANDLOCKED)
    found = [text for text, attempt in attempts.items() if attempt(room)]
    wire.sendall(json.dumps(found).encode() + b"\n")
    time.sleep(60)


def _succeeds(action: Callable[[], object]) -> bool:
    try:
        action()
    except OSError:
        return False
    return True


def _network(room: Room) -> bool:
    return _succeeds(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).close())


def _devices(room: Room) -> bool:
    try:
        lines = Path("/proc/self/net/dev").read_text().splitlines()[2:]
    except OSError:
        return False
    return any(line.split(":")[0].strip() != "lo" for line in lines)


def _project(room: Room) -> bool:
    setting = Setting.decode(sys.argv[2])
    places = (sys.argv[3], f"{sys.argv[3]}/workers", f"{setting.code}/workers", f"{setting.code}/workers/runner")
    return any(_succeeds(lambda place=place: os.listdir(place)) for place in places)  # type: ignore[misc]  # noqa: PTH208


def _namespaces(room: Room) -> bool:
    return _succeeds(lambda: kernel.unshare(kernel.NEW_USER))


def _mounting(room: Room) -> bool:
    return _succeeds(lambda: kernel.mount("tmpfs", room.home, "tmpfs", 0))


def _tracing(room: Room) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.ptrace(0, 0, 0, 0) == 0 or ctypes.get_errno() != errno.EPERM)


def _writing(room: Room) -> bool:
    folders = ("/", "/usr", "/dev", "/etc", "/opt", "/var/tmp", "/run", "/home")  # noqa: S108
    return any(_succeeds((Path(folder) / "trace").touch) for folder in folders)


def _room(room: Room) -> bool:
    """Whether its folder could be filled without end."""
    place = os.statvfs(room.home)
    return not 0 < place.f_blocks * place.f_frsize <= policy.CONTAINER_TMP_MB * 1024 * 1024


def _shared_memory(room: Room) -> bool:
    place = os.statvfs("/dev/shm")  # noqa: S108
    sized = place.f_blocks * place.f_frsize == Limits().shm_mb * 1024 * 1024
    return not sized or place.f_files != Limits().inodes


def _neighbours(room: Room) -> bool:
    return sorted(entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit()) != ["1", "2"]


def _forks(room: Room) -> bool:
    try:
        child = os.fork()
    except OSError:
        return False
    if child == 0:
        os._exit(0)
    return True


def _programs(room: Room) -> bool:
    """Whether it could become another program; only tried with a name that none has."""
    try:
        os.execv("/nonexistent", ["x"])  # noqa: S606
    except OSError as error:
        return error.errno != errno.EPERM


def _signals(room: Room) -> bool:
    others = (os.getppid(), os.getpgrp() if os.getpgrp() != os.getpid() else 0, int(sys.argv[4]), 1, -1)
    return any(_succeeds(lambda other=other: os.kill(other, signal.SIG_DFL)) for other in others)  # type: ignore[misc]


def _sockets(room: Room) -> bool:
    return _succeeds(lambda: socket.socket(socket.AF_UNIX).close()) or _succeeds(socket.socketpair)


def _processes(room: Room) -> bool:
    return any(
        _succeeds(lambda name=name: Path(f"/proc/{name}").read_bytes())  # type: ignore[misc]
        for name in (f"{os.getppid()}/status", f"{os.getppid()}/environ", "1/status", "loadavg")
    )


def _places(room: Room) -> bool:
    """Whether the folders of other runs are open to it."""
    beside = Path(room.home).parent
    return _succeeds(lambda: os.listdir(beside)) or any(  # noqa: PTH208
        _succeeds((beside / str(number) / "trace").touch)
        for number in range(policy.PLACES_PER_SLOT)
        if beside / str(number) != Path(room.home)
    )


_ATTEMPTS: dict[str, Callable[[Room], bool]] = {
    "there is a network": _network,
    "network devices are to be seen": _devices,
    "the project's files are to be seen": _project,
    "namespaces can be made": _namespaces,
    "file systems can be mounted": _mounting,
    "processes can be traced": _tracing,
    "system files can be written": _writing,
    "a folder can be filled without end": _room,
}
_NESTED: dict[str, Callable[[Room], bool]] = {
    "other processes are to be seen": _neighbours,
    "shared memory can be filled without end": _shared_memory,
}
_FLAT: dict[str, Callable[[Room], bool]] = {
    "processes can be started": _forks,
    "programs can be started": _programs,
    "other processes can be signalled": _signals,
    "sockets can be made": _sockets,
}
_LANDLOCKED: dict[str, Callable[[Room], bool]] = {
    "other processes are to be seen": _processes,
    "the folders of other runs are open": _places,
}
