"""What a run may see, call and use. Data only: how it is enforced stands in `cell`, `filter`, `stage` and `run`."""

from __future__ import annotations

import errno
from dataclasses import dataclass

from workers.protocol import Limits

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
}

OUR_CODE = "/opt/kindling"
OUR_PARTS = ("__init__.py", "protocol.py", "shapes.py", "runner", "harness")
"""Of `workers`, what the zygote imports. A run does not see even that: its cell covers the folder."""

PACKAGES = "/opt/packages"

# --- environment ------------------------------------------------------------------------------------------------------

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

OUTER_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
"""Of everything that the supervisor starts."""


def zygote_environment(packages: list[str]) -> dict[str, str]:
    """Of the zygote: one thread in every numerical library, since only a process with one thread may fork."""
    threads = dict.fromkeys(THREAD_VARIABLES, "1")
    return {**OUTER_ENVIRONMENT, **threads, "HOME": HOME, "PYTHONPATH": ":".join([OUR_CODE, *packages])}


def student_environment(packages: list[str], cores: int) -> dict[str, str]:
    """Of the student's code and what it starts."""
    threads = dict.fromkeys(THREAD_VARIABLES, str(cores))
    return {
        **OUTER_ENVIRONMENT,
        **threads,
        "HOME": HOME,
        "USER": "student",
        "TMPDIR": HOME,
        "PYTHONPATH": ":".join(packages),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "Agg",
    }


# --- limits -----------------------------------------------------------------------------------------------------------

SPARES = 2
"""Cells ready per slot: one for the next run, one for the run after it while the first is being replaced."""

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
    "figure": Budget(per_s=2, burst=16, bytes=4 << 20),
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


def sizes(limits: Limits) -> Sizes:
    """The part of a run's limits that a cell is built with."""
    return Sizes(tmp_mb=limits.tmp_mb, shm_mb=limits.shm_mb, inodes=limits.inodes)


# --- system calls -----------------------------------------------------------------------------------------------------

ALLOWED = frozenset(
    """
    read write open openat openat2 close close_range creat stat fstat lstat newfstatat statx statfs fstatfs access
    faccessat faccessat2 lseek pread64 pwrite64 readv writev preadv pwritev preadv2 pwritev2 truncate ftruncate
    fallocate fadvise64 readahead fsync fdatasync sync syncfs sync_file_range sendfile splice tee copy_file_range
    getdents getdents64 getcwd chdir fchdir mkdir mkdirat rmdir rename renameat renameat2 link linkat unlink unlinkat
    symlink symlinkat readlink readlinkat chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat umask utime
    utimes utimensat futimesat mknod mknodat getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr setxattr
    lsetxattr fsetxattr removexattr lremovexattr fremovexattr pipe pipe2 dup dup2 dup3 fcntl flock poll ppoll select
    pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd
    signalfd4 timerfd_create timerfd_settime timerfd_gettime inotify_init inotify_init1 inotify_add_watch
    inotify_rm_watch mprotect munmap brk mremap madvise msync mincore membarrier get_mempolicy mlock munlock fork vfork
    execve execveat exit exit_group wait4 waitid kill tkill tgkill pidfd_open pidfd_send_signal rt_sigaction
    rt_sigprocmask rt_sigpending rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigqueueinfo rt_tgsigqueueinfo
    sigaltstack getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid getgroups setpgid getpgid
    getpgrp getsid setsid capget arch_prctl set_tid_address set_robust_list get_robust_list rseq futex futex_waitv
    restart_syscall pause sched_yield sched_getaffinity sched_setaffinity sched_getparam sched_setparam
    sched_getscheduler sched_setscheduler sched_getattr sched_get_priority_max sched_get_priority_min
    sched_rr_get_interval getpriority setpriority getrlimit setrlimit getrusage times alarm getitimer
    setitimer timer_create timer_settime timer_gettime timer_getoverrun timer_delete nanosleep clock_nanosleep
    clock_gettime clock_getres gettimeofday time uname sysinfo getcpu getrandom bind listen accept accept4 connect
    sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown getsockname getpeername setsockopt getsockopt
    """.split()  # noqa: SIM905 - read as a text
)
"""Everything else answers EPERM. Left out with intent, beside what needs privileges: memory that a watchdog cannot see
(memfd, SysV shared memory, message queues), other processes' memory, tracing, keys, io_uring, bpf, perf, userfaultfd."""

ABSENT = frozenset({"clone3"})
"""Answers ENOSYS: its flags lie in memory, out of a filter's reach, and the C library falls back to `clone`."""

_NEW_NAMESPACES = 0x7E02_0000
_AF_UNIX = 1
_MAP_HUGETLB = 0x4_0000


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyBits:
    """Allow the call only when none of `forbidden` is set in argument `argument`."""

    argument: int
    forbidden: int
    error: int = errno.EPERM


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyValues:
    """Allow the call only when argument `argument` is one of `values` (32 bits are compared)."""

    argument: int
    values: tuple[int, ...]
    error: int = errno.EPERM


GUARDED: dict[str, OnlyBits | OnlyValues] = {
    "clone": OnlyBits(argument=0, forbidden=_NEW_NAMESPACES),
    "mmap": OnlyBits(argument=3, forbidden=_MAP_HUGETLB),  # pages that no process's memory figures count
    # Unix sockets carry tensors between a DataLoader and its workers; a cell holds none but its own.
    "socket": OnlyValues(argument=0, values=(_AF_UNIX,), error=errno.EACCES),
    "socketpair": OnlyValues(argument=0, values=(_AF_UNIX,), error=errno.EACCES),
    # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX: never TIOCSTI.
    "ioctl": OnlyValues(argument=1, values=(0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451), error=errno.ENOTTY),
    # PDEATHSIG, GET_DUMPABLE, SET_DUMPABLE, SET_NAME, GET_NAME, GET_SECCOMP, CAPBSET_READ, GET_NO_NEW_PRIVS, SET_VMA.
    "prlimit64": OnlyValues(argument=0, values=(0,)),  # its own limits, never those of the process that watches it
    "prctl": OnlyValues(argument=0, values=(1, 3, 4, 15, 16, 21, 23, 39, 0x5356_4D41)),
}
