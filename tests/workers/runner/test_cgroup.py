"""Memory bounded by the kernel: on this machine's own control groups where they can be written, and version 2 by its files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.machines import Machine, started_on
from tests.workers.runner.live import Runner, started, wait_until
from workers.runner import cgroup
from workers.runner.cgroup import Group, Groups
from workers.runner.hierarchy import V1, V2, Hierarchy, locate

MIB = 1024 * 1024
HOARDER = "import sys\nsys.stdin.readline()\nkeep = bytearray({} << 20)\nprint('kept')"


@pytest.fixture
def groups() -> Iterator[Groups]:
    """This machine's groups. Who may make none sees instead, below, that memory is bounded without."""
    found = cgroup.find()
    if found is None:
        assert _is_barred(), "groups can be made here, and find() made none"
        pytest.skip("only root (or who was given a part of them) can make control groups here")
    yield found
    found.close()


def _is_barred() -> bool:
    """Whether this machine has no groups for us."""
    hierarchy = locate()
    if hierarchy is None:
        return os.geteuid() != 0 or not Path("/sys/fs/cgroup").is_dir()
    try:
        (hierarchy.folder / "kindling-barred").mkdir()
    except OSError:
        return True
    (hierarchy.folder / "kindling-barred").rmdir()
    return False


def test_memory_is_bounded_where_no_group_can_be_made(nobodys: Runner) -> None:
    """By the watchdog: the sum over processes, too, which no limit of a single process could hold."""
    code = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        keep = bytearray(b"x") * (100 << 20)
        time.sleep(60)
time.sleep(60)
"""
    assert "memory is watched from outside" in nobodys.log.read_text()
    told = nobodys.run(code, memory_mb=400)
    assert told.outcome == "out_of_memory"
    assert told.exit is not None
    assert told.exit.peak_mb >= 400
    assert nobodys.run("print('well')", memory_mb=400).text() == "well\n"


@pytest.fixture
def nobodys() -> Iterator[Runner]:
    """A runner of a user who may make no groups."""
    with started_on(Machine("T1", as_root=False)) as runner:
        yield runner


def _hoard(group: Group, mib: int) -> int:
    """The exit status of a process in the group that takes so much memory."""
    command = [sys.executable, "-S", "-c", HOARDER.format(mib)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        group.enter(process.pid)
        process.communicate(b"\n")
        return process.returncode


def test_the_kernel_kills_at_the_limit_and_tells(groups: Groups) -> None:
    group = groups.make()
    group.bound(100 * MIB)
    assert _hoard(group, 300) == -signal.SIGKILL
    assert (group.overran, group.was_victim) == (True, False)
    assert 90 * MIB < group.peak <= 100 * MIB
    groups.release(group)


def test_what_stays_within_the_limit_is_counted_and_left_alone(groups: Groups) -> None:
    group = groups.make()
    group.bound(300 * MIB)
    assert _hoard(group, 100) == 0
    assert (group.overran, group.was_victim) == (False, False)
    assert 100 * MIB <= group.peak < 150 * MIB
    groups.release(group)


def test_a_limit_can_be_lowered_and_raised(groups: Groups) -> None:
    group = groups.make()
    for mib in (2560, 100, 4000, 300):
        group.bound(mib * MIB)
    assert _hoard(group, 200) == 0
    group.bound(100 * MIB)
    assert _hoard(group, 200) == -signal.SIGKILL
    groups.release(group)


def test_nothing_is_left_of_groups_that_are_let_go(groups: Groups) -> None:
    folder = groups._folder
    for _ in range(5):
        groups.release(groups.make())
    assert [path for path in folder.iterdir() if path.is_dir()] == []


def test_a_group_whose_process_still_dies_goes_later(groups: Groups) -> None:
    group = groups.make()
    with subprocess.Popen(["/bin/sleep", "60"]) as process:
        group.enter(process.pid)
        groups.release(group)
        if process.poll() is None:
            process.kill()
        process.wait()
    assert not groups._clear()


def test_what_a_killed_runner_left_is_removed_at_the_next_start(groups: Groups, tmp_path: Path) -> None:
    with started(tmp_path) as runner:
        left = _home(groups, runner)
        os.kill(runner.process.pid, signal.SIGKILL)
        runner.process.wait()
        wait_until(lambda: not any(map(_processes, (left, *_inner(left)))))
        cgroup.sweep(groups._folder.parent)
        assert not left.exists()
    assert groups._folder.is_dir()


def test_a_runner_that_ends_leaves_no_group(groups: Groups, tmp_path: Path) -> None:
    with started(tmp_path) as runner:
        home = _home(groups, runner)
        assert _inner(home)
    assert not home.exists()


def _home(groups: Groups, runner: Runner) -> Path:
    """There may be other runners, of other tests."""
    (folder,) = groups._folder.parent.glob(f"kindling-{runner.process.pid}-*")
    return folder


def _inner(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*") if path.is_dir()]


def _processes(folder: Path) -> str:
    """Nothing for a group that a runner which was just started has removed."""
    try:
        return (folder / "cgroup.procs").read_text()
    except OSError:
        return ""


def test_a_run_split_over_processes_is_bounded_as_a_whole(runner: Runner, groups: Groups) -> None:
    code = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        keep = bytearray(100 << 20)
        time.sleep(20)
    time.sleep(0.05)
time.sleep(20)
"""
    told = runner.run(code, memory_mb=400)
    assert (told.outcome, told.message) == (
        "out_of_memory",
        "Your code used 400 MiB, the limit of this project; try a smaller batch.",
    )
    assert told.exit is not None
    assert 390 < told.exit.peak_mb <= 400


def test_what_sockets_hold_in_the_kernel_counts(runner: Runner, groups: Groups) -> None:
    code = """
import socket
keep = []
for _ in range(400):
    a, b = socket.socketpair()
    a.setblocking(False)
    try:
        while True: a.send(b'x' * 65536)
    except BlockingIOError: pass
    keep.append((a, b))
"""
    assert runner.run(code, memory_mb=32).outcome == "out_of_memory"


def test_a_child_that_is_killed_for_memory_ends_the_whole_run(runner: Runner, groups: Groups) -> None:
    code = """
import os, time
for _ in range(2):
    if os.fork() == 0:
        keep = bytearray(150 << 20)
        time.sleep(20)
os.wait()
print('went on')
time.sleep(20)
"""
    assert runner.run(code, memory_mb=200).outcome == "out_of_memory"


def test_a_run_that_kills_itself_is_not_taken_for_one_without_memory(runner: Runner, groups: Groups) -> None:
    assert runner.run("import os\nos.kill(os.getpid(), 9)", memory_mb=200).outcome == "failed"


# --- version 2, by the files that it would have: this kernel may have no memory controller in it -----------------------


def _folder(parent: Path, name: str, **files: str) -> Path:
    folder = parent / name
    folder.mkdir(exist_ok=True)
    for file, text in files.items():
        (folder / file.replace("__", ".")).write_text(text)
    return folder


def _proc(folder: Path, mounts: str, membership: str) -> Path:
    (folder / "mountinfo").write_text(mounts)
    (folder / "cgroup").write_text(membership)
    return folder


def test_version_2_is_found_where_memory_is_handed_down(tmp_path: Path) -> None:
    top = _folder(tmp_path, "fs")
    own = _folder(top, "job", cgroup__controllers="cpu memory pids", cgroup__subtree_control="memory")
    proc = _proc(_folder(tmp_path, "proc"), f"30 24 0:26 / {top} rw - cgroup2 cgroup2 rw\n", "0::/job\n")
    assert locate(proc) == Hierarchy(own, V2)


def test_version_2_without_memory_is_of_no_use(tmp_path: Path) -> None:
    top = _folder(tmp_path, "fs", cgroup__controllers="cpu pids", cgroup__subtree_control="")
    proc = _proc(_folder(tmp_path, "proc"), f"30 24 0:26 / {top} rw - cgroup2 cgroup2 rw\n", "0::/\n")
    assert locate(proc) is None


def test_in_a_group_of_its_own_the_processes_are_moved_down_first(tmp_path: Path) -> None:
    top = _folder(
        tmp_path,
        "fs",
        cgroup__controllers="memory",
        cgroup__subtree_control="",
        cgroup__type="domain",
        cgroup__procs="71\n72\n",
    )
    proc = _proc(_folder(tmp_path, "proc"), f"30 24 0:26 / {top} rw - cgroup2 cgroup2 rw\n", "0::/\n")
    assert locate(proc) == Hierarchy(top, V2)
    assert (top / "cgroup.subtree_control").read_text() == "+memory"
    assert (top / "kindling" / "cgroup.procs").read_text() == "72"


def test_a_group_that_belongs_to_others_is_left_as_it_is(tmp_path: Path) -> None:
    top = _folder(tmp_path, "fs", cgroup__procs="1\n")
    own = _folder(
        top,
        "scope",
        cgroup__controllers="memory",
        cgroup__subtree_control="",
        cgroup__type="domain",
        cgroup__procs="71\n",
    )
    proc = _proc(_folder(tmp_path, "proc"), f"30 24 0:26 / {top} rw - cgroup2 cgroup2 rw\n", "0::/scope\n")
    locate(proc)
    assert not (own / "kindling").exists()
    assert (own / "cgroup.procs").read_text() == "71\n"


def test_version_1_is_found_beside_a_version_2_without_memory(tmp_path: Path) -> None:
    memory = _folder(tmp_path, "memory")
    own = _folder(memory, "job")
    mounts = (
        f"29 24 0:25 / {tmp_path}/unified rw - cgroup2 cgroup2 rw\n"
        f"31 24 0:27 / {tmp_path}/cpu rw - cgroup cgroup rw,cpu\n"
        f"30 24 0:26 / {memory} rw - cgroup cgroup rw,memory\n"
    )
    proc = _proc(_folder(tmp_path, "proc"), mounts, "4:memory:/job\n1:cpu:/\n0::/\n")
    assert locate(proc) == Hierarchy(own, V1)


def test_a_group_out_of_sight_means_the_top_of_what_is_seen(tmp_path: Path) -> None:
    memory = _folder(tmp_path, "memory")
    mounts = f"30 24 0:26 /docker/abc {memory} rw - cgroup cgroup rw,memory\n"
    proc = _proc(_folder(tmp_path, "proc"), mounts, "4:memory:/docker/abc\n")
    assert locate(proc) == Hierarchy(memory, V1)
    assert locate(_proc(proc, mounts, "4:memory:/elsewhere\n")) == Hierarchy(memory, V1)


@pytest.mark.parametrize(
    ("events", "overran", "was_victim"),
    [
        ("low 0\nhigh 0\nmax 3\noom 0\noom_kill 0\n", False, False),
        ("low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\n", True, False),
        ("low 0\nhigh 0\nmax 0\noom 0\noom_kill 1\n", False, True),
    ],
)
def test_version_2_tells_a_limit_from_a_machine_without_memory(
    tmp_path: Path, events: str, overran: bool, was_victim: bool
) -> None:
    group = _version_2_group(tmp_path, events)
    assert (group.overran, group.was_victim) == (overran, was_victim)


def test_version_2_bounds_memory_and_forbids_swap(tmp_path: Path) -> None:
    group = _version_2_group(tmp_path, "")
    group.bound(5 * MIB)
    group.kill()
    written = {file.name: file.read_text() for file in (tmp_path / "cell").iterdir()}
    assert (written["memory.max"], written["memory.swap.max"], written["cgroup.kill"]) == (str(5 * MIB), "0", "1")
    assert group.peak == 12345


def _version_2_group(parent: Path, events: str) -> Group:
    """On files that a kernel would have made."""
    folder = _folder(
        parent,
        "cell",
        memory__events=events,
        memory__peak="12345\n",
        memory__max="max\n",
        memory__swap__max="max\n",
        cgroup__kill="",
    )
    return Group(folder, V2)
