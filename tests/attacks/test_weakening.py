"""The attacks would notice: a runner is weakened in one place, and the attack on that place gets through.

The weakness is planted in a copy of the package; the product has no switch for any of it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.attacks import test_disk, test_files, test_kernel, test_memory, test_network, test_processes
from tests.attacks.conftest import Attack
from tests.attacks.machines import MAIN, Machine, started_on
from tests.workers.runner.live import ROOT, Runner, Told

Change = tuple[str, str, str]
"""A file of the runner's, what stands in it, and what is put there instead."""

NO_FILTER: Change = ("runner/cell.py", "    kernel.install_filter(program)\n", "")
NO_LOOK: Change = ("runner/cell.py", 'if said["NoNewPrivs"] != "1" or said["Seccomp"] != "2":', "if False:")
NO_CODE_COVER: Change = (
    "runner/cell.py",
    'kernel.mount("tmpfs", policy.OUR_CODE,',
    'kernel.mount("tmpfs", "/dev/shm",',
)
NO_SIZE: Change = ("runner/cell.py", '"size={}m,nr_inodes={},mode=0700"', '"size=0,mode=0700"')
NO_NET: Change = ("runner/kernel.py", " | NEW_USER | NEW_PIDS | NEW_NET", " | NEW_USER | NEW_PIDS")
SHARED_NET: Change = ("runner/bubblewrap.py", '("--unshare-all", ', '("--unshare-all", "--share-net", ')
NO_LANDLOCK: Change = ("runner/cell.py", "    if rules is not None:", "    if False:")
NO_SELF_TEST: Change = ("runner/ladder.py", "            selftest.probe(tier)\n", "            pass\n")
FORKS: Change = ("runner/calls.py", "required=_SAME_PROCESS, ", "")
NO_WATCHDOG: Change = (
    "runner/run.py",
    "        if self._overran():\n            self._kill",
    "        if False:\n            self._kill",
)
NO_GROUPS: Change = ("runner/cgroup.py", "    hierarchy = locate()\n", "    hierarchy = None\n")
NO_PROCESS_LIMIT: Change = (
    "harness/student.py",
    "        (resource.RLIMIT_NPROC, limits.processes + room.others),\n",
    "",
)


def weaken(folder: Path, *changes: Change) -> Path:
    """A copy of the package with the changes in it."""
    shutil.copytree(ROOT / "workers", folder / "workers", ignore=shutil.ignore_patterns("__pycache__"))
    for name, sound, weak in changes:
        file = folder / "workers" / name
        text = file.read_text()
        assert text.count(sound) == 1, f"{name} has changed: plant this weakness anew"
        file.write_text(text.replace(sound, weak))
    return folder


@pytest.mark.parametrize(
    ("tier", "changes", "reason"),
    [
        ("T1", [NO_FILTER, NO_LOOK], "processes can be traced"),
        ("T1", [NO_FILTER], "the system call filter is not active"),
        ("T1", [NO_NET, SHARED_NET], "network devices are to be seen"),
        ("T1", [NO_SIZE], "a folder can be filled without end"),
        ("T1", [NO_CODE_COVER], "the project's files are to be seen"),
        ("T1b", [NO_LANDLOCK], "the folders of other runs are open"),
        ("T1b", [FORKS], "processes can be started"),
        ("T1b", [NO_FILTER, NO_LOOK], "capabilities are left"),
    ],
)
def test_the_self_test_refuses_a_machine_with_a_hole(
    tmp_path: Path, tier: str, changes: list[Change], reason: str
) -> None:
    command = [sys.executable, "-m", "workers.runner", "--self-test", "--tier", tier]
    root = weaken(tmp_path, *changes)
    done = subprocess.run(command, cwd=root, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1, done.stdout
    assert done.stdout.startswith("T3 · this machine cannot run code safely: ")
    assert reason in done.stdout


@dataclass(frozen=True, slots=True)
class Hole:
    """An attack, and a pattern of what is told of it (the outcome and what it printed) once it gets through."""

    attack: Callable[[Attack], None]
    told: str

    def __str__(self) -> str:
        return getattr(self.attack, "func", self.attack).__name__.removeprefix("test_")


@dataclass(frozen=True, slots=True)
class Ruin:
    """A runner without some of its walls, and the attacks on them."""

    tier: str
    changes: tuple[Change, ...]
    holes: tuple[Hole, ...]


RUINS = {
    "counts neither memory nor processes": Ruin(
        "T1",
        (NO_WATCHDOG, NO_GROUPS, NO_PROCESS_LIMIT),
        (
            Hole(test_memory.test_shared_mappings_count, "timed_out"),
            Hole(test_memory.test_memory_split_over_forks_is_summed_up, "timed_out"),
            Hole(test_processes.test_no_more_processes_than_the_limit, "succeeded"),
        ),
    ),
    "no filter, the machine's network, folders without end, our code": Ruin(
        "T1",
        (NO_SELF_TEST, NO_FILTER, NO_LOOK, NO_NET, SHARED_NET, NO_SIZE, NO_CODE_COVER),
        (
            Hole(test_kernel.test_calls_that_lead_out_are_not_permitted, "ptrace succeeded"),
            Hole(test_memory.test_memory_that_no_process_shows_cannot_be_had, "had"),
            Hole(test_network.test_a_listener_on_an_abstract_unix_socket_is_out_of_reach, "succeeded"),
            Hole(test_network.test_only_the_loopback_device_exists, "succeeded"),
            # Only the kernel counts what lies in a folder that is said to have no size.
            Hole(partial(test_disk.test_a_folder_fills_up_at_its_limit, folder="."), "out_of_memory|timed_out"),
            Hole(test_files.test_our_code_is_not_there, "'runner'"),
        ),
    ),
    "no Landlock, and processes can be started": Ruin(
        "T1b",
        (NO_SELF_TEST, NO_LANDLOCK, FORKS),
        (
            Hole(test_disk.test_folders_that_wait_for_other_runs_are_closed, "open /places"),
            Hole(test_processes.test_a_bare_fork_has_no_child_where_a_run_is_one_process, "child"),
        ),
    ),
}
PLANTED = [(name, hole) for name, ruin in RUINS.items() for hole in ruin.holes]


class Unasked(Attack):
    """The same attack on a weakened runner; nobody asks afterwards how the others are."""

    def __init__(self, runner: Runner, machine: Machine) -> None:
        self.runner = runner
        self.machine = machine
        self.rebuilt = True
        self.heard: list[Told] = []

    def __call__(self, code: str, **limits: Any) -> Told:
        self.heard.append(super().__call__(code, **{"memory_mb": 400, **limits, "wall_s": 6}))
        return self.heard[-1]


@pytest.fixture(scope="module")
def weak(request: pytest.FixtureRequest) -> Iterator[Unasked]:
    """A ruin that runs, in a folder that every user can reach."""
    ruin = RUINS[request.param]
    machine = next(machine for machine in MAIN if machine.tier == ruin.tier)
    with tempfile.TemporaryDirectory(prefix="kindling-ruin-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        with started_on(machine, weaken(Path(folder), *ruin.changes)) as runner:
            yield Unasked(runner, machine)


@pytest.mark.parametrize(
    ("weak", "hole"), PLANTED, ids=[str(hole) for _, hole in PLANTED], indirect=["weak"], scope="module"
)
def test_an_attack_gets_through_where_its_wall_is_missing(weak: Unasked, hole: Hole) -> None:
    with pytest.raises(AssertionError):
        hole.attack(weak)
    assert re.search(hole.told, f"{weak.heard[-1].outcome} {weak.heard[-1].text()}")
