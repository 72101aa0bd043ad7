"""Makes a cell, in the zygote: two forks, eight descriptors to the supervisor, and process 1, which counts the rest."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import NoReturn

from workers.runner import cell, kernel
from workers.runner.policy import Sizes


@dataclass(frozen=True, slots=True)
class Ends:
    """The cell's ends of what leads out of it."""

    wire: socket.socket
    stdout: int
    stderr: int
    report: int


def hatch(control: socket.socket, sizes: Sizes, live: Callable[[socket.socket], None]) -> None:
    """Make one cell, in which `live` is called with the wire; returns in the zygote once the cell is on its own.

    A cell that fails on the way says so on `control` and ends; the zygote goes on.
    """
    if child := os.fork():
        os.waitpid(child, 0)
        return
    with _telling(control):
        cell.leave()
        if os.fork() == 0:
            _be_first(control, sizes, live)
    os._exit(0)


def _be_first(control: socket.socket, sizes: Sizes, live: Callable[[socket.socket], None]) -> NoReturn:
    """Process 1: furnish, lock, start the student's process, and report how it ended."""
    with _telling(control):
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a handler would let the student's code signal process 1
        windows = cell.furnish(sizes)
        cell.lock()
        ends = _connect(control, sizes, windows)
        control.close()
    hidden = os.pipe()
    child = os.fork()
    if child == 0:
        _be_student(ends, hidden, live)
    kernel.hide_from_peers()
    os.write(hidden[1], b"h")
    for descriptor in (*hidden, ends.stdout, ends.stderr):
        os.close(descriptor)
    ends.wire.close()
    _report(ends.report, _wait_for(child))
    os._exit(0)


def _connect(control: socket.socket, sizes: Sizes, windows: cell.Windows) -> Ends:
    """Send the supervisor its ends."""
    ours, theirs = socket.socketpair()
    pipes = [os.pipe() for _ in range(3)]
    pidfd = os.pidfd_open(os.getpid())
    outside = [pidfd, theirs.fileno(), *(read for read, _ in pipes), windows.proc, windows.tmp, windows.shm]
    message = {"kind": "cell", "sizes": asdict(sizes)}
    socket.send_fds(control, [json.dumps(message).encode()], outside)
    theirs.close()
    for descriptor in (pidfd, *(read for read, _ in pipes), windows.proc, windows.tmp, windows.shm):
        os.close(descriptor)
    return Ends(ours, *(write for _, write in pipes))


def _be_student(ends: Ends, hidden: tuple[int, int], live: Callable[[socket.socket], None]) -> NoReturn:
    """Process 2: only the wire and the standard streams are left open, and process 1 is closed to it by now."""
    os.read(hidden[0], 1)
    for number, descriptor in ((1, ends.stdout), (2, ends.stderr)):
        os.dup2(descriptor, number)
    wire = socket.socket(fileno=os.dup2(ends.wire.detach(), 3))
    os.closerange(4, 4096)
    try:
        live(wire)
    finally:
        os._exit(1)


def _wait_for(student: int) -> int:
    """Reap everything until the student's process has ended; its wait status. What it left behind dies with us."""
    while True:
        process, status = os.waitpid(-1, 0)
        if process == student:
            return status


def _report(descriptor: int, status: int) -> None:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    os.write(descriptor, json.dumps({"status": status, "cpu_s": spent.ru_utime + spent.ru_stime}).encode())


class _telling:
    """Ends this process with a word to the supervisor when a step of the sandbox fails."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control

    def __enter__(self) -> None:
        sys.stdout.flush()

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if error is not None:
            with suppress(OSError):
                self._control.send(json.dumps({"kind": "unsafe", "text": f"{error}"}).encode())
            os._exit(1)
