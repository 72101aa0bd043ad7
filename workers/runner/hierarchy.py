"""Which control groups this machine has for memory, and how their files are named in either version."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_MOVES = 5
_LARGEST_PAGE = 4 * 1024 * 1024
"""Twice a huge page: so little may be missing to the limit when an allocation fails."""


@dataclass(frozen=True, slots=True)
class Version:
    """The files of one version of control groups."""

    number: int
    limit: str
    swap_limit: str
    peak: str
    events: str

    def swap_text(self, limit: int) -> str:
        """Nothing may be swapped out: version 1 bounds the sum of both, version 2 the swap alone."""
        return str(limit) if self.number == 1 else "0"

    def was_at_limit(self, folder: Path) -> bool:
        """Whether the group itself was ever out of room."""
        if self.number == 1:  # its failcnt stays 0 in newer kernels
            peak, limit = (int((folder / name).read_text()) for name in (self.peak, self.limit))
            return peak >= limit - _LARGEST_PAGE
        lines = (folder / self.events).read_text().splitlines()
        return any(line.startswith("oom ") and line != "oom 0" for line in lines)

    def prepare(self, folder: Path) -> None:
        """Let groups below this one bound memory. Raises `OSError`."""
        if self.number == 2:
            (folder / "cgroup.subtree_control").write_text("+memory")


V1 = Version(
    1, "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.max_usage_in_bytes", "memory.oom_control"
)
V2 = Version(2, "memory.max", "memory.swap.max", "memory.peak", "memory.events")


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """A folder in which groups can be made."""

    folder: Path
    version: Version


def locate(proc: Path = Path("/proc/self")) -> Hierarchy | None:
    """The place for new groups: below this process's own, so that what bounds us bounds them too.

    Answers None when memory is not controlled here or the place is closed to us; says nothing of whether it works.
    """
    mounts = [_read_mount(line) for line in (proc / "mountinfo").read_text().splitlines()]
    own = dict(_read_membership(line) for line in (proc / "cgroup").read_text().splitlines())
    for kind, root, point, options in mounts:
        if kind == "cgroup" and "memory" in options and "memory" in own:
            return _writable(Hierarchy(_below(point, root, own["memory"]), V1))
    for kind, root, point, _ in mounts:
        if kind == "cgroup2" and "" in own:
            folder = _below(point, root, own[""])
            return _writable(Hierarchy(folder, V2)) if _hands_memory_down(folder) else None
    return None


def _read_mount(line: str) -> tuple[str, str, Path, list[str]]:
    """Kind, root within the hierarchy, mount point and options, of a line of mountinfo."""
    before, _, after = line.partition(" - ")
    root, point = before.split()[3:5]
    kind, _, options = after.split(maxsplit=2)
    return kind, root, Path(point), options.split(",")


def _read_membership(line: str) -> tuple[str, str]:
    """`memory` (or nothing, for version 2) and the path of our group, of a line like `4:memory:/a`."""
    _, controllers, path = line.split(":", 2)
    return ("memory" if "memory" in controllers.split(",") else controllers), path


def _below(point: Path, root: str, own: str) -> Path:
    """Where our group is to be seen; where it is out of sight, the top of what is in sight."""
    inside = own.removeprefix(root.rstrip("/")).lstrip("/") if own.startswith(root.rstrip("/")) else ""
    return folder if (folder := point / inside).is_dir() else point


def _writable(hierarchy: Hierarchy) -> Hierarchy | None:
    return hierarchy if os.access(hierarchy.folder, os.W_OK) else None


def _hands_memory_down(folder: Path) -> bool:
    """Whether groups below can bound memory, which version 2 allows only to a group that holds no process itself.

    In a group that was made over to us whole (a container's own, or one with systemd's `Delegate=`) its processes are moved into a leaf first.
    """
    try:
        if "memory" not in (folder / "cgroup.controllers").read_text().split():
            return False
        if "memory" in (folder / "cgroup.subtree_control").read_text().split():
            return True
        if _is_ours(folder):
            _move_down(folder)
        (folder / "cgroup.subtree_control").write_text("+memory")
    except OSError:
        return False
    return True


def _is_ours(folder: Path) -> bool:
    try:
        return os.getxattr(folder, "user.delegate") == b"1"
    except OSError:
        return not (folder.parent / "cgroup.procs").exists() and (folder / "cgroup.type").exists()


def _move_down(folder: Path) -> None:
    leaf = folder / "kindling"
    leaf.mkdir(exist_ok=True)
    for _ in range(_MOVES):  # some fork meanwhile
        for process in (folder / "cgroup.procs").read_text().split():
            (leaf / "cgroup.procs").write_text(process)
