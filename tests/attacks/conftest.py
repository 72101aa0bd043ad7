"""Warm runners for all attacks, one for each kind of machine, and what every attack ends with: nothing else is harmed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.machines import MAIN, OTHERS, Machine, started_on
from tests.workers.runner.live import IDLE, Runner, Told, wait_until
from workers.protocol import Check

_NEXT = """
import os, torch
layer = torch.nn.Linear(2, 2)
layer(torch.ones(2)).sum().backward()
room = os.statvfs(".")
shared = os.listdir("/dev/shm") if {nested} else []
seen = sorted(name for name in os.listdir("/proc") if name.isdigit()) if {nested} else ["1", "2"]
print(os.listdir("."), os.listxattr("."), oct(os.stat(".").st_mode), shared, seen, os.getpid() == os.getpgrp())
print(room.f_blocks - room.f_bfree, room.f_files - room.f_ffree)
"""
_GROWTH_KB = 32 * 1024


@dataclass(frozen=True, slots=True)
class State:
    """What an attack must leave as it was."""

    zygotes: list[int]
    mounts: str
    packages: list[str]
    canary: str
    room: str


class Attack:
    """Runs hostile code on one runner; `conclude` then asks everybody else how they are."""

    def __init__(self, runner: Runner, machine: Machine, canary: Path, before: State | None = None) -> None:
        self.runner = runner
        self.machine = machine
        self.rebuilt = False
        """Set by an attack after which a slot may be built anew."""
        self._canary = canary
        self._sleeper = subprocess.Popen(["/bin/sleep", "600"])
        self._before = before or self._state()
        self._memory_kb = self._supervisor_kb()

    def __call__(self, code: str, **limits: Any) -> Told:
        return self.runner.run(code, **limits)

    def graded(self, code: str, *checks: Check) -> Told:
        """Run it as an answer to these checks."""
        return self.runner.start(code, checks=checks).rest()

    @property
    def flat(self) -> bool:
        """Whether a run is one process, in namespaces that it shares."""
        return self.machine.flat

    def conclude(self) -> State:
        """The next run, the zygote, the host's processes, files, mounts and memory are as they were; how they are."""
        try:
            after = self._state()
            before = replace(self._before, zygotes=after.zygotes) if self.rebuilt else self._before
            assert after == before
            assert self._sleeper.poll() is None, "a process of the machine's was killed"
            assert self._supervisor_kb() - self._memory_kb < _GROWTH_KB
            wait_until(lambda: len(self.runner.family()) == idle(self.machine))
            return after
        finally:
            self._sleeper.kill()
            self._sleeper.wait()

    def _state(self) -> State:
        told = self.runner.run(_NEXT.format(nested=not self.flat))
        assert told.outcome == "succeeded", told
        first, room = told.text().splitlines()
        assert first.startswith("['listing.py'] [] 0o40700 [] ['1', '2']"), told.text()
        packages = Path(pytest.__file__).parents[1]
        return State(
            zygotes=self.runner.zygotes(),
            mounts=Path("/proc/self/mountinfo").read_text(),
            packages=sorted(path.name for path in packages.iterdir()),
            canary=self._canary.read_text(),
            room=room,
        )

    def _supervisor_kb(self) -> int:
        lines = Path(f"/proc/{self.runner.supervisor}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def idle(machine: Machine) -> int:
    """Processes of a runner with nothing to do."""
    return IDLE - 2 if machine.tier == "T2" else IDLE  # no bubblewrap


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every attack on every tier; with `--every-machine`, as root and as an ordinary user."""
    if "machine" not in metafunc.fixturenames:
        return
    machines = [*MAIN, *(OTHERS if metafunc.config.getoption("--every-machine") else [])]
    needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: only root can run a runner as root")
    marked = [pytest.param(each, marks=[needs_root] if each.as_root else [], id=str(each)) for each in machines]
    metafunc.parametrize("machine", marked, indirect=True, scope="session")


@pytest.fixture(scope="session")
def machine(request: pytest.FixtureRequest) -> Machine:
    """The kind of machine that this attack is tried on."""
    assert isinstance(request.param, Machine)
    return request.param


@pytest.fixture(scope="session")
def runner(machine: Machine) -> Iterator[Runner]:
    """A runner with one slot, so that what harms its slot harms the next run."""
    with started_on(machine) as runner:
        yield runner


@pytest.fixture(scope="session")
def states() -> dict[Runner, State]:
    """How each runner was left by the last attack, if all was well."""
    return {}


@pytest.fixture
def attack(runner: Runner, machine: Machine, tmp_path: Path, states: dict[Runner, State]) -> Iterator[Attack]:
    """Runs hostile code; afterwards nothing and nobody else may be worse off."""
    canary = tmp_path / "canary"
    canary.write_text("alive")
    canary.chmod(0o666)
    attack = Attack(runner, machine, canary, states.pop(runner, None))
    yield attack
    states[runner] = attack.conclude()


ALONE = (
    "PermissionError: on this machine a run is one process and cannot start others; use num_workers=0 in a DataLoader"
)
"""How code ends that asks for a process where there can be no second one."""
