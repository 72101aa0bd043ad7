"""The machines that attacks are tried on: every tier of the ladder that can be built here, as root and as nobody."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.workers.runner.live import ROOT, Runner, children

NOBODY = 61_234
"""A uid that nothing uses."""

WARM_S = 120


@dataclass(frozen=True, slots=True)
class Machine:
    """One way to run a runner. `T2` is built in a stand-in for a container."""

    tier: str
    as_root: bool

    def __str__(self) -> str:
        return f"{self.tier}-{'root' if self.as_root else 'user'}"

    @property
    def flat(self) -> bool:
        """Whether a run is one process, in namespaces that it shares."""
        return self.tier != "T1"

    @property
    def launcher(self) -> list[str]:
        """What has to be started before the runner."""
        options = ["--contained"] * (self.tier == "T2")
        if os.geteuid() == 0 and not self.as_root:
            options += ["--user", str(NOBODY)]
        return [sys.executable, "-m", "tests.attacks.launcher", *options] if options else []


MAIN = [Machine("T1", as_root=os.geteuid() == 0), Machine("T1b", as_root=False), Machine("T2", as_root=False)]
"""Every attack is tried on these."""

OTHERS = [Machine("T1", as_root=os.geteuid() != 0), Machine("T1b", as_root=True), Machine("T2", as_root=True)]
"""And on these with `--every-machine` (`make attacks`)."""


@contextmanager
def started_on(machine: Machine, root: Path = ROOT, slots: int = 1) -> Iterator[Runner]:
    """A warm runner of the code that lies in `root`; with one slot, unless told, so that what harms its slot harms the
    next run."""
    folder = Path(tempfile.mkdtemp(prefix="kindling-attacks-", dir="/var/tmp"))
    if machine.launcher and os.geteuid() == 0 and not machine.as_root:
        os.chown(folder, NOBODY, NOBODY)
    runner = Runner(folder, slots, tier=machine.tier, launcher=machine.launcher, root=root)
    try:
        assert runner.run("print('warm')").outcome == "succeeded", runner.log.read_text()
        yield runner
    finally:
        runner.close()
        shutil.rmtree(folder)


def zygote(runner: Runner, machine: Machine) -> int:
    """The process that cells are forked from, inside both of bubblewrap's where there are any."""
    (process,) = runner.zygotes()
    for _ in range(0 if machine.tier == "T2" else 2):
        process = children(process)[0] if machine.flat else min(children(process))
    return process


def keepers(runner: Runner, machine: Machine) -> set[int]:
    """The processes that look after cells, idle and busy."""
    born = zygote(runner, machine)
    if machine.flat:
        return set(children(born))
    return {process for process in runner.family() if _pids(process)[2:] == ["1"]}


def _pids(process: int) -> list[str]:
    """Its number in each pid namespace it is in, outermost first."""
    try:
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("NSpid:"):
                return line.split()[1:]
    except OSError:
        pass
    return []
