"""More memory than the limit, in every way that a process can hold it."""

from __future__ import annotations

from tests.attacks.conftest import ALONE, Attack


def test_a_tensor_of_10_gib_is_refused_to_the_code(attack: Attack) -> None:
    told = attack("import torch\nprint('on')\ntorch.zeros(10 * 2**30 // 4)")
    assert (told.outcome, told.text("stdout")) == ("out_of_memory", "on\n")
    assert told.message.startswith(
        "Your code asked for more memory than 2.5 GiB, the limit of this project; try a smaller"
    )


def test_many_small_objects_reach_the_limit(attack: Attack) -> None:
    told = attack("kept = []\nwhile True: kept.append(bytearray(1 << 20))", memory_mb=400)
    assert told.outcome == "out_of_memory"
    assert "400 MiB" in told.message


def test_memory_split_over_forks_is_summed_up(attack: Attack) -> None:
    code = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        kept = bytearray(b"x") * (150 << 20)
        time.sleep(60)
time.sleep(60)
"""
    told = attack(code, memory_mb=700, wall_s=30)
    if attack.flat:
        assert told.message == ALONE
        return
    assert (told.outcome, told.message) == (
        "out_of_memory",
        "Your code used 700 MiB, the limit of this project; try a smaller batch.",
    )
    assert told.exit is not None
    assert told.exit.peak_mb >= 700


def test_inherited_memory_that_children_rewrite_is_summed_up(attack: Attack) -> None:
    code = """
import os, time
kept = bytearray(b"x") * (100 << 20)
for _ in range(12):
    if os.fork() == 0:
        for start in range(0, len(kept), 4096): kept[start] = 1
        time.sleep(60)
time.sleep(60)
"""
    told = attack(code, memory_mb=700, wall_s=30)
    assert told.message == ALONE if attack.flat else told.outcome == "out_of_memory"


def test_children_that_only_share_are_not_charged_twice(attack: Attack) -> None:
    code = """
import os, time
kept = bytearray(b"x") * (100 << 20)
for _ in range(8):
    if os.fork() == 0:
        time.sleep(1.5)
        os._exit(0)
for _ in range(8): os.wait()
print("done")
"""
    told = attack(code, memory_mb=700, wall_s=30)
    assert told.message == ALONE if attack.flat else told.text() == "done\n"


def test_shared_mappings_count(attack: Attack) -> None:
    code = """
import mmap, time
kept = [mmap.mmap(-1, 100 << 20) for _ in range(8)]
for room in kept:
    for start in range(0, len(room), 4096): room[start] = 1
time.sleep(60)
"""
    assert attack(code, memory_mb=600, wall_s=30).outcome == "out_of_memory"


def test_files_in_shared_memory_count(attack: Attack) -> None:
    code = """
import time
with open("/dev/shm/big", "wb") as file:
    for _ in range(60): file.write(bytes(1 << 20))
kept = bytearray(b"x") * (350 << 20)
time.sleep(60)
"""
    told = attack(code, memory_mb=400, wall_s=30)
    assert told.outcome == ("failed" if attack.flat else "out_of_memory")  # the folder is closed where it is shared


def test_files_of_its_own_count(attack: Attack) -> None:
    code = """
import time
with open("big", "wb") as file:
    for _ in range(60): file.write(bytes(1 << 20))
kept = bytearray(b"x") * (350 << 20)
time.sleep(60)
"""
    assert attack(code, memory_mb=400, wall_s=30).outcome == "out_of_memory"


def test_memory_that_no_process_shows_cannot_be_had(attack: Attack) -> None:
    """Files without a name, memory and messages of System V, huge pages."""
    code = """
import ctypes, mmap, os
libc = ctypes.CDLL(None, use_errno=True)
def have(result):
    if result < 0: raise OSError(ctypes.get_errno(), "")
for attempt in (lambda: os.memfd_create("x"), lambda: have(libc.shmget(0, 4096, 0o1600)), lambda: have(libc.msgget(0, 0o1600)),
                lambda: have(libc.semget(0, 1, 0o1600)), lambda: have(libc.mq_open(b"/x", 0o102, 0o600, None)),
                lambda: mmap.mmap(-1, 2 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)):
    try:
        attempt()
        print("had")
    except PermissionError:
        print("refused")
"""
    assert attack(code).text() == "refused\n" * 6


def test_tables_of_pages_count_though_their_pages_are_empty(attack: Attack) -> None:
    """One byte read in each 2 MiB of nothing: all of it is the same empty page, and each has a table of its own."""
    code = """
import ctypes, mmap, time
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
size, step = 1 << 39, 2 << 20
start = libc.mmap(None, ctypes.c_size_t(size), mmap.PROT_READ, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, -1, 0)
libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), 15)  # no huge page in its place
for place in range(start, start + size, step): ctypes.c_char.from_address(place).value
time.sleep(60)
"""
    assert attack(code, memory_mb=400, wall_s=30).outcome == "out_of_memory"


def test_what_waits_in_sockets_counts(attack: Attack) -> None:
    """It is in no process's figures."""
    code = """
import socket, time
kept = []
for _ in range(490):
    kept += (pair := socket.socketpair())
    for end in pair:
        end.setblocking(False)
        try:
            while True: end.send(b"x" * 65536)
        except BlockingIOError:
            pass
time.sleep(60)
"""
    told = attack(code, memory_mb=150, wall_s=30)
    assert told.outcome == ("failed" if attack.flat else "out_of_memory")


def test_memory_held_by_many_threads_reaches_the_limit(attack: Attack) -> None:
    code = """
import threading, time
kept = []
def hold():
    kept.append(bytearray(b"x") * (100 << 20))
    time.sleep(60)
for _ in range(20): threading.Thread(target=hold).start()
"""
    told = attack(code, memory_mb=500, wall_s=5)
    assert told.outcome in ("out_of_memory", "timed_out")  # a thread may be refused more, and the others sleep on
    assert told.exit is not None
    assert told.exit.peak_mb < 1000  # 2 GiB were wanted; a watchdog that has to wait for its turn is a little late


def test_endless_recursion_is_an_error_of_the_code(attack: Attack) -> None:
    told = attack("def f(): f()\nf()")
    assert told.outcome == "failed"
    assert told.message.startswith("RecursionError")
