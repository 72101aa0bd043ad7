"""Bombs, survivors and signals."""

from __future__ import annotations

from tests.attacks.conftest import ALONE, Attack, idle
from tests.workers.runner.live import wait_until


def test_a_fork_bomb_is_bounded(attack: Attack) -> None:
    code = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""
    assert attack(code, wall_s=1).outcome == "timed_out"


def test_a_bare_fork_bomb_is_bounded(attack: Attack) -> None:
    """Past Python, straight to the kernel."""
    code = """
import ctypes
libc = ctypes.CDLL(None)
for _ in range(100_000_000):
    libc.fork()
"""
    assert attack(code, wall_s=1).outcome in ("timed_out", "succeeded")


def test_a_bare_fork_has_no_child_where_a_run_is_one_process(attack: Attack) -> None:
    """By the C library's fork, and by every system call that could do the same. Where they do, Python does not always survive
    being forked under its feet: there the first is enough, and nobody waits for that child, which ends with the run."""
    code = (
        f"flat = {attack.flat}"
        + """
import ctypes, os, platform
libc = ctypes.CDLL(None, use_errno=True)
numbers = {"x86_64": (57, 58, 56, 435), "aarch64": (220, 435)}[platform.machine()]  # fork, vfork, clone, clone3
arguments = (ctypes.c_ulong * 11)(0, 0, 0, 0, 17)
def born(call):
    child = call()
    if child == 0: os._exit(0)
    if child > 0: print("child")
born(libc.fork)
for number in numbers if flat else ():
    born(lambda: libc.syscall(number, *((arguments, 88) if number == 435 else (17, 0, 0, 0, 0))))
"""
    )
    text = attack(code).text()
    assert text == ("" if attack.flat else "child\n")


def test_no_more_processes_than_the_limit(attack: Attack) -> None:
    code = """
import os, time
made = 0
try:
    while made < 60:
        if os.fork() == 0:
            time.sleep(60)
        made += 1
except BlockingIOError:
    print(made)
"""
    told = attack(code, processes=20)
    assert told.message == ALONE if attack.flat else told.text() == "19\n"


def test_a_thread_bomb_is_bounded(attack: Attack) -> None:
    code = """
import threading, time
made = 0
try:
    while made < 5000:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        made += 1
except RuntimeError:
    print(made < MOST)
"""
    assert attack(code.replace("MOST", "100" if attack.flat else "63")).text() == "True\n"


def test_limits_cannot_be_raised(attack: Attack) -> None:
    code = """
import resource
for kind in (resource.RLIMIT_NPROC, resource.RLIMIT_DATA, resource.RLIMIT_NOFILE):
    try:
        resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print("raised")
    except (ValueError, PermissionError):
        print("kept")
"""
    assert attack(code).text() == "kept\nkept\nkept\n"


def test_survivors_of_a_double_fork_end_with_the_run(attack: Attack) -> None:
    code = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True: time.sleep(1)
    os._exit(0)
print("done")
"""
    told = attack(code)
    assert told.message == ALONE if attack.flat else told.text() == "done\n"
    wait_until(lambda: len(attack.runner.family()) == idle(attack.machine))


def test_children_that_hold_the_console_do_not_hold_the_run(attack: Attack) -> None:
    code = """
import os, time
if os.fork() == 0:
    time.sleep(60)
print("done")
"""
    told = attack(code, wall_s=20)
    if attack.flat:
        assert told.message == ALONE
        return
    assert (told.outcome, told.text()) == ("succeeded", "done\n")
    assert told.exit is not None
    assert told.exit.wall_s < 5


def test_threads_that_hold_the_console_do_not_outlast_the_clock(attack: Attack) -> None:
    code = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\nprint('done')"
    assert attack(code, wall_s=0.7).outcome == "timed_out"


def test_ignoring_every_signal_does_not_help(attack: Attack) -> None:
    code = """
import signal
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
while True: pass
"""
    assert attack(code, wall_s=0.5).outcome == "timed_out"


def test_a_stopped_process_still_times_out(attack: Attack) -> None:
    assert attack("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", wall_s=0.5).outcome == "timed_out"


def test_killing_everything_it_can_reach_kills_only_itself(attack: Attack) -> None:
    code = """
import os, subprocess
child = subprocess.Popen(["sleep", "60"])
os.kill(-1, 9)
print(child.wait())
os.kill(os.getppid(), 9)
print("here")
"""
    told = attack(code)
    assert told.message == ALONE if attack.flat else told.text() == "-9\nhere\n"


def test_nobody_takes_a_signal_from_it(attack: Attack) -> None:
    """Its keeper, the zygote and all around, by every call there is for it; what has its own namespaces has a process 1
    that takes none, and reaches nobody else."""
    code = """
import ctypes, fcntl, os, signal, threading
libc = ctypes.CDLL(None, use_errno=True)
me, r = os.getpid(), os.pipe()[0]
others = [number for number in range(1, me + 20) if number != me] if me > 2 else [1]
for other in [*others, 0, -1, -os.getpgrp(), -1 << 31]:
    if me == 2 and other != 1:
        continue
    for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
        for attempt in (lambda: os.kill(other, number), lambda: libc.tkill(other, number) if hasattr(libc, "tkill") else 0,
                        lambda: libc.syscall(234, other, other, number),
                        lambda: signal.pidfd_send_signal(os.pidfd_open(other), number),
                        lambda: fcntl.fcntl(r, fcntl.F_SETOWN, other), lambda: fcntl.fcntl(r, 10, number),
                        lambda: os.setpriority(os.PRIO_PROCESS, other, 19), lambda: os.setpriority(os.PRIO_USER, 0, 19),
                        lambda: os.sched_setaffinity(other, {0})):
            try: attempt()
            except (OSError, OverflowError): pass
print(os.getppid() > 0)
"""
    assert attack(code).text() == "True\n"


def test_a_signal_to_itself_arrives(attack: Attack) -> None:
    code = "import os, signal\nsignal.signal(10, lambda *_: print('heard'))\nos.kill(os.getpid(), 10)\nsignal.raise_signal(10)"
    assert attack(code).text() == "heard\nheard\n"
    assert attack("import os\nos.abort()").message == "Your code was ended by the signal SIGABRT (Aborted)."


def test_stopping_its_parent_does_not_stop_the_clock(attack: Attack) -> None:
    code = """
import os, signal
try: os.kill(os.getppid(), signal.SIGSTOP)
except OSError: pass
os.kill(os.getpid(), signal.SIGSTOP)
"""
    assert attack(code, wall_s=0.5).outcome == "timed_out"


def test_much_cpu_over_many_threads_ends_with_the_clock(attack: Attack) -> None:
    code = """
import hashlib, threading
def work():
    while True: hashlib.sha256(bytes(1 << 20))
for _ in range(8): threading.Thread(target=work, daemon=True).start()
work()
"""
    assert attack(code, wall_s=0.7).outcome == "timed_out"


def test_its_keeper_and_all_before_it_are_closed(attack: Attack) -> None:
    code = """
import os
for process in range(1, os.getpid()):
    for name in ("environ", "mem", "maps", "fd/0", "root/etc/passwd", "cwd/etc/passwd", "ns/mnt", f"task/{process}/mem"):
        try:
            open(f"/proc/{process}/{name}", "rb").read(1)
            print("open", name)
        except OSError:
            pass
    for number in range(64):
        try:
            os.open(f"/proc/{process}/fd/{number}", os.O_WRONLY)
            print("open", number)
        except OSError:
            pass
"""
    assert attack(code).text() == ""


def test_limits_of_its_keeper_cannot_be_lowered(attack: Attack) -> None:
    told = attack("import os, resource\nresource.prlimit(os.getppid(), resource.RLIMIT_CPU, (0, 0))")
    assert told.message == "PermissionError: [Errno 1] Operation not permitted"


def test_a_loop_without_end_times_out(attack: Attack) -> None:
    assert attack("while True: pass", wall_s=0.5).outcome == "timed_out"


def test_a_sleep_times_out(attack: Attack) -> None:
    assert attack("import select; select.select([], [], [])", wall_s=0.5).outcome == "timed_out"
