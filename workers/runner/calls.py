"""Which system calls a run may make: data only, turned into a program for the kernel by `filter`.

`NESTED` is for a run that has namespaces of its own. `FLAT` is for one that shares them: it is one process, starts no
other, signals no other and speaks to no other; and of what goes by a path and asks no file to be opened, which
Landlock does not judge, nothing is left that could change a file of another's.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyBits:
    """Allow the call only when in argument `argument` all of `required` is set (one bit) and none of `forbidden`."""

    argument: int
    forbidden: int
    required: int = 0
    error: int = errno.EPERM


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyValues:
    """Allow the call only when argument `argument` is one of `values` (32 bits are compared)."""

    argument: int
    values: tuple[int, ...]
    error: int = errno.EPERM


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverValues:
    """Allow the call unless argument `argument` is one of `values` (32 bits are compared)."""

    argument: int
    values: tuple[int, ...]
    error: int = errno.EPERM


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlySelf:
    """Allow the call only when argument `argument` is the number of the process that calls."""

    argument: int
    error: int = errno.EPERM


Guard = OnlyBits | OnlyValues | NeverValues | OnlySelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """What one kind of run may call.

    `allowed` may be called with any argument, `guarded` with some. `absent` answers ENOSYS, as on an older kernel;
    `swallowed` answers success and does nothing. Everything else answers EPERM.
    """

    allowed: frozenset[str]
    guarded: dict[str, Guard]
    absent: frozenset[str]
    swallowed: frozenset[str] = frozenset()


_NESTED = frozenset(
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
"""Left out with intent, beside what needs privileges: memory that a watchdog cannot see
(memfd, SysV shared memory, message queues), other processes' memory, tracing, keys, io_uring, bpf, perf, userfaultfd."""

_NEW_NAMESPACES = 0x7E02_0000
_SAME_PROCESS = 0x0001_0000
_AF_UNIX = 1
_MAP_HUGETLB = 0x4_0000
_SET_OWNER, _SET_SIGNAL, _SET_OWNER_EX, _SET_LEASE, _NOTIFY = 8, 10, 15, 1024, 1026
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C

_NESTED_GUARDS: dict[str, Guard] = {
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

NESTED = Calls(allowed=_NESTED, guarded=_NESTED_GUARDS, absent=frozenset({"clone3"}))
"""`clone3` has its flags in memory, out of a filter's reach; the C library falls back to `clone`."""

_OF_OTHERS = frozenset(
    """
    fork vfork execve execveat socket bind listen accept accept4 connect
    kill tkill tgkill pidfd_open pidfd_send_signal rt_sigqueueinfo rt_tgsigqueueinfo
    setpriority sched_setparam sched_setscheduler sched_setaffinity fcntl
    truncate chown fchown lchown fchownat setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr
    inotify_init inotify_init1 inotify_add_watch inotify_rm_watch
    """.split()  # noqa: SIM905 - read as a text
)
"""Starts, reaches, hurts or watches processes and files that a run which shares its namespaces has no business with."""

_OF_OWNERS = frozenset({"chmod", "fchmod", "fchmodat", "fchmodat2"})
"""Need no more than that the file is the user's own, who may be the owner of all that a run can read; Landlock judges
none of them. Copying a file ends with them, so that they are not refused aloud. (Times are left to be set: whoever
touches a file tries that first, and makes the file only if it fails.)"""

_FLAT_GUARDS: dict[str, Guard] = {
    **{name: guard for name, guard in _NESTED_GUARDS.items() if not name.startswith("socket")},
    "clone": OnlyBits(argument=0, required=_SAME_PROCESS, forbidden=_NEW_NAMESPACES),
    "kill": OnlySelf(argument=0),
    "tgkill": OnlySelf(argument=0),
    "rt_sigqueueinfo": OnlySelf(argument=0),
    "rt_tgsigqueueinfo": OnlySelf(argument=0),
    "sched_setaffinity": OnlyValues(argument=0, values=(0,)),
    # A descriptor whose input sends a signal to somebody, a file that others must wait for, a folder that tells of changes.
    "fcntl": NeverValues(argument=1, values=(_SET_OWNER, _SET_SIGNAL, _SET_OWNER_EX, _SET_LEASE, _NOTIFY)),
    # As above without PDEATHSIG: the run ends when the process that looks after it does.
    "prctl": OnlyValues(argument=0, values=(3, 4, 15, 16, 21, 23, 39, 0x5356_4D41)),
}

FLAT = Calls(
    allowed=_NESTED - _OF_OTHERS - _OF_OWNERS,
    guarded=_FLAT_GUARDS,
    absent=NESTED.absent,
    swallowed=_OF_OWNERS,
)


def for_accelerator(calls: Calls) -> Calls:
    """The same, and what a driver is asked through its device files; never typing into a terminal."""
    ioctl = NeverValues(argument=1, values=(_TIOCSTI, _TIOCLINUX), error=errno.ENOTTY)
    return replace(calls, guarded={**calls.guarded, "ioctl": ioctl})
