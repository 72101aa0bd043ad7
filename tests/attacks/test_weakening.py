"""The attacks would notice: a runner is weakened in one place, and the attack on that place gets through.

The weakness is planted in a copy of the package; the product has no switch for any of it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.attacks import test_memory, test_processes
from tests.attacks.conftest import Attack
from tests.attacks.machines import MAIN, started_on
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


class Unharmed(Attack):
    """The same attack on a weakened runner; nobody asks afterwards how the others are."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.machine = MAIN[0]
        self.rebuilt = True

    def __call__(self, code: str, **limits: Any) -> Told:
        return super().__call__(code, **{**limits, "wall_s": 6})


@pytest.fixture(scope="module")
def weak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attack]:
    """A runner that counts neither memory nor processes."""
    root = weaken(tmp_path_factory.mktemp("weak"), NO_WATCHDOG, NO_GROUPS, NO_PROCESS_LIMIT)
    with started_on(MAIN[0], root) as runner:
        yield Unharmed(runner)


@pytest.mark.parametrize(
    "test", [test_memory.test_shared_mappings_count, test_processes.test_no_more_processes_than_the_limit]
)
def test_an_attack_gets_through_where_its_wall_is_missing(weak: Attack, test: Callable[[Attack], None]) -> None:
    with pytest.raises(AssertionError):
        test(weak)


def test_every_change_still_finds_its_place(tmp_path: Path) -> None:
    for number, change in enumerate((NO_FILTER, NO_SIZE, NO_LANDLOCK, FORKS, NO_WATCHDOG, NO_PROCESS_LIMIT)):
        weaken(tmp_path / str(number), change)
