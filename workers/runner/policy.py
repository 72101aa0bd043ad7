"""What a run may see, call and use. Data only: how it is enforced stands in `cell`, `filter`, `stage` and `run`.

Which system calls a run may make stands in `calls`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from workers.protocol import Limits

# --- tiers ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One way to keep a run in, and what it is made of.

    `walled`: bubblewrap stands around each slot. `nested`: each run has namespaces of its own. `landlocked`: each run
    takes every file but its own from itself. `inside` names what the whole runner has to be in.
    """

    name: str
    title: str
    walled: bool = False
    nested: bool = False
    landlocked: bool = False
    inside: str = ""

    def __str__(self) -> str:
        return f"{self.name} · {self.title}"

    @property
    def most_slots(self) -> int | None:
        """Without a wall around each slot their runs would share a folder for temporary files: there is one."""
        return None if self.walled else 1


TIERS = (
    Tier(name="T0", title="gVisor around the runner, a system call filter without fork inside", inside="gvisor"),
    Tier(
        name="T1",
        title="bubblewrap outside, one-shot namespaces and a system call filter inside",
        walled=True,
        nested=True,
    ),
    Tier(
        name="T1b",
        title="bubblewrap outside, Landlock and a system call filter without fork inside",
        walled=True,
        landlocked=True,
    ),
    Tier(
        name="T2",
        title="a container without network outside, Landlock and a system call filter without fork inside",
        landlocked=True,
        inside="container",
    ),
)
"""Best first. Below them is T3: a machine that refuses."""

LANDLOCK_NEEDED = 2
"""The version that can tell moving a file between folders from making one (Linux 5.19)."""

# --- identity ---------------------------------------------------------------------------------------------------------

FIRST_UID = 60_600
"""As root, slot n runs as this uid plus n: never as kernel uid 0, which ignores process limits and can read a shadow
file through a read-only bind. The range is one that Debian and systemd leave unused."""

INNER_UID = 1000
INNER_GID = 1000
HOST_NAME = "kindling"

# --- files ------------------------------------------------------------------------------------------------------------

HOME = "/tmp"  # noqa: S108 - the run's own tmpfs
LISTING = "listing.py"
ZYGOTE_TMP_BYTES = 1024 * 1024
"""torch wants a temporary folder when it is imported; every cell covers it with its own."""

SYSTEM_FOLDERS = ("/usr",)
SYSTEM_LINKS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
"""Symbolic links into /usr on a merged system, folders on an older one; missing ones are skipped."""

SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/sys/devices/system/cpu")
"""The loader's cache, the time zone, where Debian's command links lead, and the number of cores for numerical libraries."""

DEVICES = ("null", "zero", "full", "random", "urandom")
DEVICE_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
}

WRITTEN_FILES = {
    "/etc/passwd": f"student:x:{INNER_UID}:{INNER_GID}:student:{HOME}:/bin/sh\n",
    "/etc/group": f"student:x:{INNER_GID}:\n",
    "/etc/hosts": "127.0.0.1 localhost\n",
    "/etc/fonts/fonts.conf": "<fontconfig><cachedir>/tmp</cachedir></fontconfig>\n",  # for fc-list, asked by matplotlib
}

OUR_CODE = "/opt/kindling"
OUR_PARTS = ("__init__.py", "protocol", "shapes.py", "runner", "harness")
"""Of `workers`, what the zygote imports. A run does not see even that: its cell covers the folder."""

PACKAGES = "/opt/packages"

SHARED_FOLDERS = (HOME, "/dev/shm")  # noqa: S108
"""What a run could write to beside its place, where Landlock does not keep it off."""

PLACES = "/places"
"""Where runs that cannot mount have their folders, each a file system of its own; in a container, below `HOME`."""

READABLE = (*SYSTEM_FOLDERS, *SYSTEM_LINKS, *SYSTEM_FILES, "/etc/passwd", "/etc/group", "/etc/hosts")
READABLE_OF_PROC = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/filesystems")
"""For Landlock, beside the interpreter and its packages."""

CONTAINER_TMP_MB = 1024
CONTAINER_INODES = 100_000
"""The most that the folder for temporary files of a container may hold, since nothing else bounds it there."""

CONTAINER_VARIABLES = frozenset("HOME HOSTNAME LANG LC_ALL LC_CTYPE PATH PWD SHLVL TERM container _".split())  # noqa: SIM905
CONTAINER_PREFIXES = ("PYTHON", "GPG_KEY", "KINDLING_SLOTS", "NVIDIA_")
"""Of the environment of a runner that is not walled: whatever else is there could be a secret."""

# --- environment ------------------------------------------------------------------------------------------------------

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

WAITING = {"OMP_WAIT_POLICY": "PASSIVE"}
"""A thread that has nothing to do for a moment sleeps: by default it spins, and two runs that share cores then take them
from one another, which makes each up to twenty times as slow."""

OUTER_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
"""Of everything that the supervisor starts."""


def zygote_environment(packages: Sequence[str], code: str = OUR_CODE) -> dict[str, str]:
    """Of the zygote: one thread in every numerical library, since only a process with one thread may fork."""
    threads = dict.fromkeys(THREAD_VARIABLES, "1")
    return {**OUTER_ENVIRONMENT, **threads, **WAITING, "HOME": HOME, "PYTHONPATH": ":".join([code, *packages])}


def student_environment(packages: Sequence[str], cores: int, home: str = HOME) -> dict[str, str]:
    """Of the student's code and what it starts."""
    threads = dict.fromkeys(THREAD_VARIABLES, str(cores))
    return {
        **OUTER_ENVIRONMENT,
        **threads,
        **WAITING,
        "HOME": home,
        "USER": "student",
        "TMPDIR": home,
        "PYTHONPATH": ":".join(packages),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "Agg",
    }


# --- limits -----------------------------------------------------------------------------------------------------------

SPARES = 2
"""Cells ready per slot: one for the next run, one for the run after it while the first is being replaced."""

PLACES_PER_SLOT = SPARES + 1
"""One for the run, one for each spare; the run's is tidied before the next run begins."""

NAME_BYTES = 1024
"""What the kernel keeps for each file, however small: charged to the run's memory where nothing else counts names."""

SOCKET_BYTES = 2 * 212_992
"""The most that waits in one socket, by Linux's usual bounds: no process's memory figures show it, so where nothing else
counts it each socket of a run is charged as if it were full."""

MOST_TIDIED = 20_000
"""With more files than this left behind, a slot is built anew instead of being tidied."""

NEIGHBOURS = 2 * PLACES_PER_SLOT + 8
"""Without namespaces of its own a run's processes are counted together with the ones that look after it."""

REFILL_DELAY_S = 0.15
"""A fork copies the zygote's page tables, which a run that has just started would wait for."""

TICK_S = 0.05
OPEN_FILES = 1024

PAUSE_S = 600.0
"""How long a run may be paused in all; then it goes on by itself."""

CLAIM_BYTES_PER_TICK = 256 * 1024
"""What is read of a run's wire in one tick; the rest waits in the run's own process."""

CONTROL_BYTES = 64 * 1024
"""What waits at most for a run that does not read its controls."""

ANSWER_BYTES = 1024 * 1024
"""The longest answer to a check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one run may tell of one type: events a second, at once, and bytes in all."""

    per_s: float
    burst: int
    bytes: int


CLAIMS = {
    "metric": Budget(per_s=100, burst=200, bytes=8 << 20),
    "progress": Budget(per_s=40, burst=80, bytes=1 << 20),
    "figure": Budget(per_s=2, burst=60, bytes=4 << 20),  # a script that draws shows all its figures at its end
    "histogram": Budget(per_s=20, burst=100, bytes=2 << 20),
    "text": Budget(per_s=10, burst=50, bytes=1 << 20),
    "graph": Budget(per_s=2, burst=20, bytes=1 << 20),
    "inspection": Budget(per_s=10, burst=40, bytes=4 << 20),
    "diagnosis": Budget(per_s=1, burst=8, bytes=64 << 10),
}
"""Every type of event that a run may claim; no type takes the room of another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """What is settled when a cell is furnished, before its job is known."""

    tmp_mb: int
    shm_mb: int
    inodes: int

    def as_dict(self) -> dict[str, int]:
        """For a message."""
        return asdict(self)


def sizes(limits: Limits) -> Sizes:
    """The part of a run's limits that a cell is built with."""
    return Sizes(tmp_mb=limits.tmp_mb, shm_mb=limits.shm_mb, inodes=limits.inodes)
