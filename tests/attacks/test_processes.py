"""Bombs, survivors and signals."""

from __future__ import annotations

from tests.attacks.conftest import Attack
from tests.workers.runner.live import IDLE, Runner, wait_until


def test_a_fork_bomb_is_bounded(attack: Attack) -> None:
    code = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""
    assert attack(code, wall_s=2).outcome == "timed_out"


def test_no_more_processes_than_the_limit(attack: Attack) -> None:
    code = """
import os, time
made = 0
try:
    while made < 500:
        if os.fork() == 0:
            time.sleep(60)
        made += 1
except BlockingIOError:
    print(made)
"""
    assert attack(code, processes=20).text() == "19\n"


def test_a_thread_bomb_is_bounded(attack: Attack) -> None:
    code = """
import threading, time
made = 0
try:
    while made < 5000:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        made += 1
except RuntimeError:
    print(made < 63)
"""
    assert attack(code).text() == "True\n"


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


def test_survivors_of_a_double_fork_end_with_the_run(attack: Attack, runner: Runner) -> None:
    code = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True: time.sleep(1)
    os._exit(0)
print("done")
"""
    wait_until(lambda: len(runner.family()) == IDLE)
    assert attack(code).text() == "done\n"
    wait_until(lambda: len(runner.family()) == IDLE)


def test_children_that_hold_the_console_do_not_hold_the_run(attack: Attack) -> None:
    code = """
import os, time
if os.fork() == 0:
    time.sleep(60)
print("done")
"""
    told = attack(code, wall_s=20)
    assert (told.outcome, told.text()) == ("succeeded", "done\n")
    assert told.exit is not None
    assert told.exit.wall_s < 5


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
    assert attack(code).text() == "-9\nhere\n"


def test_process_one_takes_no_signal_at_all(attack: Attack) -> None:
    code = """
import os, signal
for number in set(signal.Signals):
    os.kill(1, number)
print(os.getppid())
"""
    assert attack(code).text() == "1\n"


def test_process_one_is_closed(attack: Attack) -> None:
    code = """
import os
for name in ("environ", "mem", "maps", "fd/0", "root/etc/passwd", "cwd/etc/passwd", "ns/mnt", "task/1/mem"):
    try:
        open(f"/proc/1/{name}", "rb").read(1)
        print("open", name)
    except OSError:
        pass
for number in range(64):
    try:
        os.open(f"/proc/1/fd/{number}", os.O_WRONLY)
        print("open", number)
    except OSError:
        pass
"""
    assert attack(code).text() == ""


def test_limits_of_process_one_cannot_be_lowered(attack: Attack) -> None:
    told = attack("import resource\nresource.prlimit(1, resource.RLIMIT_CPU, (0, 0))")
    assert told.message == "PermissionError: [Errno 1] Operation not permitted"


def test_a_loop_without_end_times_out(attack: Attack) -> None:
    assert attack("while True: pass", wall_s=0.5).outcome == "timed_out"


def test_a_sleep_times_out(attack: Attack) -> None:
    assert attack("import select; select.select([], [], [])", wall_s=0.5).outcome == "timed_out"
