"""A listing runs as `python listing.py` would run it."""

from __future__ import annotations

from tests.workers.runner.live import Runner


def test_it_is_the_main_module(runner: Runner) -> None:
    code = "import sys, __main__\nprint(__name__, __file__, sys.argv, __main__.__dict__ is globals(), sys.path[0])"
    assert runner.run(code).text() == "__main__ /tmp/listing.py ['listing.py'] True /tmp\n"


def test_nothing_of_ours_is_in_its_names(runner: Runner) -> None:
    told = runner.run("print(sorted(name for name in globals() if not name.startswith('__')))")
    assert told.text() == "[]\n"


def test_all_that_it_prints_arrives_from_every_layer(runner: Runner) -> None:
    code = """
import atexit, ctypes, os, sys, threading, time
atexit.register(lambda: print("at exit"))
threading.Thread(target=lambda: (time.sleep(0.2), print("thread"))).start()
print("print", end=" ")
sys.stdout.flush()
os.write(1, b"write\\n")
os.system("echo program")
ctypes.CDLL(None).printf(b"C\\n")
print("no newline", end="")
"""
    assert runner.run(code).text() == "print write\nprogram\nno newlinethread\nat exit\nC\n"


def test_both_streams_keep_their_order(runner: Runner) -> None:
    code = """
import sys, time
for n in range(3):
    print("out", n)
    time.sleep(0.03)
    print("err", n, file=sys.stderr)
    time.sleep(0.03)
"""
    assert runner.run(code).text() == "out 0\nerr 0\nout 1\nerr 1\nout 2\nerr 2\n"


def test_there_is_nothing_to_read(runner: Runner) -> None:
    assert runner.run("input('name? ')").message == "EOFError: EOF when reading a line"


def test_a_child_process_of_python_finds_torch(runner: Runner) -> None:
    code = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import numpy; print(numpy.ones(2))'])"
    assert runner.run(code).text() == "[1. 1.]\n"


def test_a_spawned_worker_can_import_the_listing(runner: Runner) -> None:
    code = """
import multiprocessing
def double(x): return 2 * x
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(double, [1, 2]))
"""
    assert runner.run(code).text() == "[2, 4]\n"


def test_matplotlib_s_absence_or_presence_is_not_ours(runner: Runner) -> None:
    assert runner.run("import os\nprint(os.environ['MPLBACKEND'])").text() == "Agg\n"


def test_threads_that_wait_leave_their_core_to_other_runs(runner: Runner) -> None:
    """OpenMP reads this once, when torch is loaded: what the variables of the run say later changes nothing."""
    code = (
        "import os, torch\nprint(b'OMP_WAIT_POLICY=PASSIVE' in open('/proc/self/environ', 'rb').read().split(b'\\0'))"
    )
    code += "\nprint(os.environ['OMP_WAIT_POLICY'], torch.get_num_threads())"
    assert runner.run(code).text() == "True\nPASSIVE 2\n"
