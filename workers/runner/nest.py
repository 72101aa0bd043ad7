"""Makes cells, in the zygote: a keeper that counts, a student's process, and what leads out of them.

Where each run has namespaces of its own, the keeper is process 1 of them, and everything in them dies with it. Where it
has none, the run is one process that the kernel kills when its keeper dies, as it kills the keeper when the zygote dies.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from workers.runner import cell, kernel, policy
from workers.runner.cell import Windows
from workers.runner.places import Place, Places, Residue, lay_out
from workers.runner.policy import Sizes
from workers.runner.setting import Room, Setting

Live = Callable[[socket.socket, Room], None]


@dataclass(frozen=True, slots=True)
class Ends:
    """The cell's ends of what leads out of it."""

    wire: socket.socket
    stdout: int
    stderr: int
    report: int


@dataclass(frozen=True, slots=True)
class Nest:
    """Everything that is the same for all cells of a zygote."""

    control: socket.socket
    setting: Setting
    live: Live
    room: Room


def brood(control: socket.socket, setting: Setting, live: Live) -> None:
    """Make a cell, in which `live` is called with its wire, for every message that asks for one.

    Returns when the supervisor is gone. A cell that fails on the way says so on `control` and ends; the others go on.
    """
    if setting.how.nested:
        nest = Nest(control, setting, live, Room(packages=tuple(setting.packages), variables=setting.variables))
        for message in _orders(control):
            _hatch(nest, Sizes(**message["sizes"]))
        return
    kernel.hide_from_peers()
    kernel.adopt_orphans()
    places = Places(lay_out(setting.base), () if setting.how.landlocked else policy.SHARED_FOLDERS)
    others = _neighbours() + policy.NEIGHBOURS
    room = Room(packages=tuple(setting.packages), others=others, alone=True, variables=setting.variables)
    for message in _orders(control):
        if message["kind"] == "tidy":
            _tidy(control, places, message)
        else:
            _settle(Nest(control, setting, live, room), places, Sizes(**message["sizes"]))


def _orders(control: socket.socket) -> Any:
    while data := control.recv(4096):
        yield json.loads(data)


def _tidy(control: socket.socket, places: Places, message: dict[str, Any]) -> None:
    try:
        places.vacate(message["place"], after_run=message["after_run"])
    except Residue as residue:
        sys.exit(f"zygote: {residue}")
    control.send(json.dumps({"kind": "tidy", "place": message["place"]}).encode())


def _neighbours() -> int:
    """Threads of this user that are there before any run."""
    count = 0
    for entry in Path("/proc").iterdir():
        with suppress(OSError, StopIteration):
            lines = (entry / "status").read_text().splitlines() if entry.name.isdigit() else []
            said = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
            if said and int(said["Uid"].split()[0]) == os.getuid():
                count += int(said["Threads"])
    return count


# --- a cell with namespaces of its own --------------------------------------------------------------------------------


def _hatch(nest: Nest, sizes: Sizes) -> None:
    """Returns in the zygote once the cell is on its own."""
    if child := os.fork():
        os.waitpid(child, 0)
        return
    with _telling(nest.control):
        cell.leave()
        if os.fork() == 0:
            _be_first(nest, sizes)
    os._exit(0)


def _be_first(nest: Nest, sizes: Sizes) -> NoReturn:
    """Process 1: furnish, lock, start the student's process, and report how it ended."""
    with _telling(nest.control):
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a handler would let the student's code signal process 1
        windows = cell.furnish(sizes)
        cell.lock(nest.setting.calls)
        ends, outside = _connect()
        _send(nest.control, {"sizes": asdict(sizes)}, outside, windows)
        nest.control.close()
    hidden = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(hidden[0], 1)
        _be_student(nest, ends, nest.room)
    kernel.hide_from_peers()
    os.write(hidden[1], b"h")
    for descriptor in hidden:
        os.close(descriptor)
    _keep(ends, child)


# --- a cell that is one process ---------------------------------------------------------------------------------------


def _settle(nest: Nest, places: Places, sizes: Sizes) -> None:
    """Make a cell in a free place. Returns in the zygote once both of its processes are known."""
    try:
        place = places.find()
    except Residue as residue:
        sys.exit(f"zygote: {residue}")
    zygote = os.getpid()
    told, tell = os.pipe()
    if keeper := os.fork():
        os.close(tell)
        place.keeper = keeper
        place.student = int(os.read(told, 16) or 0)
        os.close(told)
        return
    os.close(told)
    _be_keeper(nest, place, sizes, tell, zygote)


def _be_keeper(nest: Nest, place: Place, sizes: Sizes, tell: int, zygote: int) -> NoReturn:
    """In no domain of Landlock's, or the kernel would not let its death kill the run, which is in one."""
    with _telling(nest.control):
        _follow(zygote)
        ends, outside = _connect()
        secluded = os.pipe()
        keeper = os.getpid()
        child = os.fork()
        if child == 0:
            _be_secluded(nest, place, ends, secluded[1], keeper)
        os.write(tell, str(child).encode())
        for descriptor in (tell, secluded[1]):
            os.close(descriptor)
        windows = cell.look("/proc", place.path, processes=(str(keeper), str(child)))
        cell.lock(nest.setting.calls)
        if os.read(secluded[0], 1):  # else it has said why
            message = {"sizes": asdict(sizes), "place": place.number, "processes": windows.processes}
            _send(nest.control, message, outside, windows)
        os.close(secluded[0])
        nest.control.close()
    _keep(ends, child)


def _be_secluded(nest: Nest, place: Place, ends: Ends, secluded: int, keeper: int) -> NoReturn:
    with _telling(nest.control):
        _follow(keeper)
        cell.seclude(nest.setting.rules(place.path) if nest.setting.how.landlocked else None, nest.setting.calls)
        os.write(secluded, b"s")
    _be_student(nest, ends, replace(nest.room, home=place.path))


def _follow(parent: int) -> None:
    """End when the process that forked this one ends."""
    kernel.die_with_parent(signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


# --- both -------------------------------------------------------------------------------------------------------------


def _connect() -> tuple[Ends, list[int]]:
    """A wire and three pipes: the cell's ends, and the supervisor's."""
    ours, theirs = socket.socketpair()
    pipes = [os.pipe() for _ in range(3)]
    outside = [os.pidfd_open(os.getpid()), theirs.detach(), *(read for read, _ in pipes)]
    return Ends(ours, *(write for _, write in pipes)), outside


def _send(control: socket.socket, message: dict[str, Any], outside: list[int], windows: Windows) -> None:
    """Hand the supervisor its ends, and let go of them."""
    descriptors = [*outside, *windows.descriptors]
    socket.send_fds(control, [json.dumps({"kind": "cell", **message}).encode()], descriptors)
    for descriptor in descriptors:
        os.close(descriptor)


def _be_student(nest: Nest, ends: Ends, room: Room) -> NoReturn:
    """Only the wire and the standard streams are left open, and the keeper is closed to it by now."""
    for number, descriptor in ((1, ends.stdout), (2, ends.stderr)):
        os.dup2(descriptor, number)
    wire = socket.socket(fileno=os.dup2(ends.wire.detach(), 3))
    os.closerange(4, 4096)
    try:
        nest.live(wire, room)
    finally:
        os._exit(1)


def _keep(ends: Ends, student: int) -> NoReturn:
    """Look after the student's process until it ends, and report."""
    for descriptor in (ends.stdout, ends.stderr):
        os.close(descriptor)
    ends.wire.close()
    _report(ends.report, _wait_for(student))
    os._exit(0)


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
