"""System calls that lead out, one by one."""

from __future__ import annotations

import errno
import platform

import pytest

from tests.attacks.conftest import ALONE, Attack

_CALLS = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
for name, arguments in {calls!r}.items():
    result = libc.syscall(*eval(arguments))
    error = ctypes.get_errno()
    if result >= 0 or error not in {error}:
        print(name, "succeeded" if result >= 0 else error)
"""

_X86_64 = {
    "unshare user": "272, 0x10000000",
    "unshare mount": "272, 0x20000",
    "clone into a user namespace": "56, 0x10000000 | 17, 0, 0, 0, 0",
    "clone into a pid namespace": "56, 0x20000000 | 17, 0, 0, 0, 0",
    "setns": "308, 0, 0",
    "mount": "165, b'none', b'/tmp', b'tmpfs', 0, 0",
    "umount": "166, b'/proc', 2",
    "move_mount": "429, 0, b'', 0, b'', 0",
    "fsopen": "430, b'tmpfs', 0",
    "fsconfig": "431, 0, 0, 0, 0, 0",
    "fsmount": "432, 0, 0, 0",
    "fspick": "433, -100, b'/', 0",
    "open_tree": "428, -100, b'/', 1",
    "mount_setattr": "442, -100, b'/', 0, 0, 0",
    "pivot_root": "155, b'/tmp', b'/tmp'",
    "chroot": "161, b'/tmp'",
    "ptrace": "101, 0, 0, 0, 0",
    "process_vm_readv": "310, 1, 0, 0, 0, 0, 0",
    "process_vm_writev": "311, 1, 0, 0, 0, 0, 0",
    "process_madvise": "440, 0, 0, 0, 0, 0",
    "process_mrelease": "448, 0, 0",
    "move_pages": "279, 1, 0, 0, 0, 0, 0",
    "migrate_pages": "256, 1, 0, 0, 0",
    "pidfd_getfd": "438, 0, 0, 0",
    "kcmp": "312, 1, 1, 0, 0, 0",
    "bpf": "321, 0, 0, 0",
    "io_uring_setup": "425, 8, 0",
    "io_uring_enter": "426, 0, 0, 0, 0, 0, 0",
    "io_uring_register": "427, 0, 0, 0, 0",
    "userfaultfd": "323, 0",
    "keyctl": "250, 0, 0, 0, 0, 0",
    "add_key": "248, b'user', b'a', b'b', 1, -2",
    "request_key": "249, b'user', b'a', 0, -2",
    "perf_event_open": "298, 0, 0, 0, 0, 0",
    "init_module": "175, 0, 0, b''",
    "finit_module": "313, 0, b'', 0",
    "delete_module": "176, b'x', 0",
    "kexec_load": "246, 0, 0, 0, 0",
    "kexec_file_load": "320, 0, 0, 0, b'', 0",
    "reboot": "169, 0, 0, 0, 0",
    "swapon": "167, b'/tmp/x', 0",
    "swapoff": "168, b'/tmp/x'",
    "acct": "163, 0",
    "vhangup": "153, 0",
    "syslog": "103, 3, 0, 0",
    "personality": "135, 0x0040000",
    "modify_ldt": "154, 0, 0, 0",
    "iopl": "172, 3",
    "ioperm": "173, 0, 1, 1",
    "name_to_handle_at": "303, -100, b'/', 0, 0, 0",
    "open_by_handle_at": "304, 0, 0, 0",
    "fanotify_init": "300, 0, 0",
    "sethostname": "170, b'x', 1",
    "setdomainname": "171, b'x', 1",
    "settimeofday": "164, 0, 0",
    "clock_settime": "227, 0, 0",
    "adjtimex": "159, 0",
    "seccomp": "317, 0, 0, 0",
    "setuid": "105, 0",
    "setgroups": "116, 0, 0",
    "capset": "126, 0, 0",
    "mknod": "133, b'/tmp/disk', 0o60600, 0xfe00",
    "mlockall": "151, 3",
    "vmsplice": "278, 0, 0, 0, 0",
    "memfd_secret": "447, 0",
    "quotactl": "179, 0, 0, 0, 0",
}


_ONLY_X86_64 = pytest.mark.skipif(platform.machine() != "x86_64", reason="these numbers and doors are x86-64's")


@_ONLY_X86_64
def test_calls_that_lead_out_are_not_permitted(attack: Attack) -> None:
    told = attack(_CALLS.format(calls=_X86_64, error=(errno.EPERM, errno.EACCES) if attack.flat else (errno.EPERM,)))
    assert (told.outcome, told.text()) == ("succeeded", "")


@_ONLY_X86_64
def test_calls_that_are_unknown_are_said_to_be_missing(attack: Attack) -> None:
    calls = {"clone3": "435, 0, 0", "a call of the future": "600, 0"}
    told = attack(_CALLS.format(calls=calls, error=(errno.ENOSYS,)))
    assert (told.outcome, told.text()) == ("succeeded", "")


@_ONLY_X86_64
def test_a_call_through_the_x32_table_ends_the_run(attack: Attack) -> None:
    told = attack("import ctypes\nctypes.CDLL(None).syscall(0x40000000 | 39)")
    assert told.message == "Your code was ended by the signal SIGSYS (Bad system call)."


@_ONLY_X86_64
def test_a_call_through_the_32_bit_door_ends_the_run(attack: Attack) -> None:
    code = """
import ctypes, mmap
room = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
room.write(b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3")  # mov eax, 20 (getpid); int 0x80; ret
address = ctypes.addressof(ctypes.c_char.from_buffer(room))
print(ctypes.CFUNCTYPE(ctypes.c_int)(address)())
"""
    assert attack(code).message in (
        "Your code was ended by the signal SIGSYS (Bad system call).",
        "Your code was ended by the signal SIGSEGV (Segmentation fault).",
    )


def test_typing_into_a_terminal_is_not_possible(attack: Attack) -> None:
    """Nor into one that does not exist: the filter answers before anybody looks what the descriptor is."""
    code = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for descriptor in (0, 1, 999):
    for request in (0x5412, 0x541C, 0x1_0000_5412, 0x540E):  # TIOCSTI, TIOCLINUX, one with bits on top, TIOCSCTTY
        libc.ioctl(descriptor, ctypes.c_ulong(request), b"x")
        print(ctypes.get_errno())
for name in ("/dev/tty", "/dev/ptmx", "/dev/pts/0", "/dev/console", "/dev/vsock", "/dev/fuse", "/dev/kvm", "/dev/net/tun"):
    try:
        open(name, "rb")
        print(name)
    except OSError:
        pass
"""
    assert attack(code).text() == "25\n" * 12


def test_a_setuid_program_gains_nothing(attack: Attack) -> None:
    if attack.flat:
        assert attack("import subprocess\nsubprocess.run(['su', '--help'])").message == ALONE
        assert attack("import ctypes\nprint(ctypes.CDLL(None).execv(b'/bin/true', None))").text() == "-1\n"
        return
    code = """
import shutil, subprocess
for name in ("su", "mount", "passwd", "newgrp"):
    if path := shutil.which(name):
        done = subprocess.run([path, "--help"], capture_output=True, text=True)
for line in open("/proc/self/status"):
    if line.startswith(("NoNewPrivs", "Seccomp:", "Cap")):
        print(line.split()[1].strip("0") or "0")
"""
    assert attack(code).text() == "0\n0\n0\n0\n0\n1\n2\n"


def test_settings_of_the_kernel_cannot_be_changed(attack: Attack) -> None:
    code = """
import os
for folder, _, names in os.walk("/proc/sys"):
    for name in names:
        try:
            os.close(os.open(os.path.join(folder, name), os.O_WRONLY))
            print(os.path.join(folder, name))
        except OSError:
            pass
"""
    assert attack(code).text() == ""


def test_doors_out_of_a_container_are_shut(attack: Attack) -> None:
    code = """
import os
for name in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/vm/drop_caches", "/proc/self/oom_score_adj",
             "/sys/fs/cgroup/release_agent", "/sys/fs/cgroup/memory/release_agent", "/sys/kernel/uevent_helper",
             "/proc/self/uid_map", "/proc/self/attr/current", "/proc/self/coredump_filter"):
    try:
        open(name, "w").write("-1000")
        print(name)
    except OSError:
        pass
for folder in ("/sys/fs/cgroup/x", "/sys/fs/cgroup/memory/x", "/proc/x", "/sys/kernel/debug/x"):
    try:
        os.mkdir(folder)
        print(folder)
    except OSError:
        pass
"""
    assert attack(code).text() == ""
