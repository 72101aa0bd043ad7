"""The step before bubblewrap, in a process of its own: what only root can do, and then to be root no more.

A slot's uid may not be able to reach the interpreter or our code (a home folder is closed to it). So root, in a mount
namespace that nobody else sees, binds those places under `STAGE`, changes to the slot's uid for good, and only then
starts bubblewrap, which finds them there. An ordinary user reaches his own files and skips all that. Without a
bubblewrap, in a container, there is nothing to lay out: root only changes to the slot's uid.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workers.runner import kernel, policy

STAGE = Path("/tmp")  # noqa: S108 - covered by a tmpfs of this process's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to start. `binds` are pairs of a place on this machine and where it is seen, read-only, inside; `texts`
    are small files that exist only there, by path. With no `bubblewrap`, `command` is started as it is, with
    `variables` as its environment."""

    parent: int
    uid: int | None
    bubblewrap: str
    binds: list[list[str]]
    texts: dict[str, str]
    options: list[str]
    command: list[str]
    variables: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """For the command line."""
        return asdict(self)


def main() -> None:
    """Carry the plan out; what fails ends this process with one line on stderr."""
    plan = Plan(**json.loads(sys.argv[1]))
    os.umask(0o022)  # whatever the supervisor's was at this moment
    try:
        staged = _lay_out([source for source, _ in plan.binds]) if plan.bubblewrap and plan.uid is not None else {}
        if plan.uid is not None:
            _become(plan.uid)
        _start(plan, staged)
    except OSError as error:
        sys.exit(f"stage: {error}")


def _start(plan: Plan, staged: dict[str, str]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kernel.die_with_parent(signal.SIGKILL)
    if os.getppid() != plan.parent:
        sys.exit("the runner is gone")
    if not plan.bubblewrap:
        os.setsid()
        os.chdir("/")
        os.execve(plan.command[0], plan.command, plan.variables)  # noqa: S606
    bubblewrap = _moved(plan.bubblewrap, staged)
    binds = [part for source, target in plan.binds for part in ("--ro-bind", staged.get(source, source), target)]
    texts = [part for path, text in plan.texts.items() for part in ("--ro-bind-data", _hold(text), path)]
    arguments = [bubblewrap, *binds, *texts, *plan.options, "--", *plan.command]
    os.execve(bubblewrap, arguments, policy.OUTER_ENVIRONMENT)  # noqa: S606


def _hold(text: str) -> str:
    """A descriptor that bubblewrap can read the text from."""
    descriptor = os.memfd_create("text", 0)
    os.write(descriptor, text.encode())
    os.lseek(descriptor, 0, os.SEEK_SET)
    return str(descriptor)


def _lay_out(places: list[str]) -> dict[str, str]:
    """Bind each place under the stage; answers where each one went."""
    kernel.unshare(kernel.NEW_MOUNTS)
    kernel.mount("none", "/", None, kernel.RECURSIVE | kernel.PRIVATE)
    held = {place: os.open(place, os.O_PATH) for place in dict.fromkeys(places)}  # before the stage covers them
    kernel.mount("tmpfs", str(STAGE), "tmpfs", kernel.NO_SUID | kernel.NO_DEV, "size=1m,mode=0755")
    staged = {place: str(STAGE / str(number)) for number, place in enumerate(held)}
    for place, descriptor in held.items():
        _bind(descriptor, Path(staged[place]), folder=Path(f"/proc/self/fd/{descriptor}").is_dir())
        os.close(descriptor)
    return staged


def _bind(descriptor: int, target: Path, *, folder: bool) -> None:
    if folder:
        target.mkdir(mode=0o755)
    else:
        target.touch(mode=0o644)
    kernel.mount(f"/proc/self/fd/{descriptor}", str(target), None, kernel.BIND | kernel.RECURSIVE)


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def _moved(text: str, staged: dict[str, str]) -> str:
    """The path on the stage for a path at or below a staged place; any other text as it is."""
    for place in sorted(staged, key=len, reverse=True):
        if text == place or text.startswith(f"{place}/"):
            return staged[place] + text.removeprefix(place)
    return text


if __name__ == "__main__":
    main()
