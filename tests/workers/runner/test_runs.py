"""How runs end, and what is told of them: the real supervisor, the real sandbox."""

from __future__ import annotations

import itertools
import time

import pytest

from tests.workers.runner.live import Runner
from workers.protocol import MAX_CODE_BYTES, Limits


def test_it_tells_starting_and_running_before_anything_else(runner: Runner) -> None:
    told = runner.run("print('first')")
    assert [event.data.get("state") for event in told.events[:2]] == ["starting", "running"]
    assert told.text("stdout") == "first\n"


def test_it_numbers_events_without_gaps_and_dates_them_in_order(runner: Runner) -> None:
    told = runner.run("import time\nfor n in range(5):\n    print(n, flush=True)\n    time.sleep(0.06)")
    assert [event.seq for event in told.events] == list(range(1, len(told.events) + 1))
    assert all(a.at <= b.at for a, b in itertools.pairwise(told.events))
    assert told.exit is not None
    assert told.exit.last_seq == len(told.events)
    assert told.exit.wall_s > 0.3


@pytest.mark.parametrize("code", ["", "pass", "import sys; sys.exit()", "import sys; sys.exit(0)", "exit()", "quit(0)"])
def test_it_succeeds_when_the_code_ends_well(runner: Runner, code: str) -> None:
    told = runner.run(code)
    assert (told.outcome, told.exit and told.exit.exit_code) == ("succeeded", 0)


@pytest.mark.parametrize(
    ("code", "message", "exit_code"),
    [
        ("raise ValueError('no such layer')", "ValueError: no such layer", 1),
        ("1/0", "ZeroDivisionError: division by zero", 1),
        ("raise KeyError", "KeyError", 1),
        ("x = (", "SyntaxError: '(' was never closed", 1),
        ("a\n b", "IndentationError: unexpected indent", 1),
        ("import sys; sys.exit(3)", "Your code ended with exit code 3.", 3),
        ("import sys; sys.exit('enough')", "Your code ended with exit code 1.", 1),
        ("import os; os._exit(7)", "Your code ended with exit code 7.", 7),
        ("import os; os.abort()", "Your code was ended by the signal SIGABRT (Aborted).", 134),
        ("import os; os.kill(os.getpid(), 9)", "Your code was ended by the signal SIGKILL (Killed).", 137),
        ("import os; os.kill(os.getpid(), 15)", "Your code was ended by the signal SIGTERM (Terminated).", 143),
        (
            "import ctypes; ctypes.string_at(0)",
            "Your code was ended by the signal SIGSEGV (Segmentation fault).",
            139,
        ),
    ],
)
def test_it_fails_in_the_words_of_the_code(runner: Runner, code: str, message: str, exit_code: int) -> None:
    told = runner.run(code)
    assert (told.outcome, told.message, told.exit and told.exit.exit_code) == ("failed", message, exit_code)


def test_it_shows_a_syntax_error_with_its_place(runner: Runner) -> None:
    text = runner.run("x = 1\ny = (").text("stderr")
    assert text == "  File \"listing.py\", line 2\n    y = (\n        ^\nSyntaxError: '(' was never closed\n"


def test_it_stops_on_request(runner: Runner) -> None:
    run = runner.start("print('on', flush=True)\nwhile True: pass")
    run.until("stdout")
    run.stop()
    told = run.rest()
    assert (told.outcome, told.message) == ("stopped", "You stopped this run.")
    assert told.text() == "on\n"


def test_it_stops_a_job_that_waits_for_a_slot(runner: Runner) -> None:
    busy = runner.start("import time; print(1, flush=True); time.sleep(60)")
    busy.until("stdout")
    waiting = runner.start("print('never')")
    waiting.stop()
    assert waiting.rest().outcome == "stopped"
    busy.stop()
    assert busy.rest().outcome == "stopped"


def test_a_job_waits_until_a_slot_is_free(runner: Runner) -> None:
    first = runner.start("import time; print(1, flush=True); time.sleep(0.5)")
    first.until("stdout")
    second = runner.start("print('second')")
    assert first.rest().outcome == "succeeded"
    assert second.rest().text() == "second\n"


def test_it_ends_the_run_of_a_worker_that_leaves(runner: Runner) -> None:
    run = runner.start("print(1, flush=True)\nwhile True: pass")
    run.until("stdout")
    run.leave()
    began = time.monotonic()
    assert runner.run("print('free again')").outcome == "succeeded"
    assert time.monotonic() - began < Limits().wall_s / 2  # which would have ended it


def test_it_times_a_run_out(runner: Runner) -> None:
    told = runner.run("print('kept')\nwhile True: pass", wall_s=0.5)
    assert told.outcome == "timed_out"
    assert told.message.startswith("Your code ran longer than 0.5 s, the limit of this project;")
    assert told.text() == "kept\n"
    assert told.exit is not None
    assert told.exit.exit_code is None
    assert told.exit.wall_s >= 0.5


def test_it_counts_the_cpu_time_of_a_run_that_it_ends(runner: Runner) -> None:
    """However few processors there are to share: the code itself says when it has used so much."""
    code = "import time\nwhile time.process_time() < 1: pass\nprint('used', flush=True)\ntime.sleep(60)"
    run = runner.start(code)
    run.until("stdout", "used")
    run.stop()
    told = run.rest()
    assert told.exit is not None
    assert 0.5 < told.exit.cpu_s < 2


def test_it_counts_cpu_time_of_children(runner: Runner) -> None:
    code = """
    import os, time
    if os.fork() == 0:
        end = time.process_time() + 0.5
        while time.process_time() < end: pass
        os._exit(0)
    os.wait()
    """
    told = runner.run(_dedent(code))
    assert told.exit is not None
    assert 0.45 < told.exit.cpu_s < 1.5


def test_it_refuses_code_that_is_too_large(runner: Runner) -> None:
    told = runner.run("#" * (MAX_CODE_BYTES + 1))
    assert told.outcome == "refused"
    assert "larger than 256 KB" in told.message


def test_it_runs_code_of_the_largest_size_allowed(runner: Runner) -> None:
    assert runner.run("\x07" * 0 + "#" + "\U0001f525" * ((MAX_CODE_BYTES - 1) // 4)).outcome == "succeeded"


def test_it_goes_on_the_cpu_aloud_where_there_is_no_gpu(runner: Runner) -> None:
    told = runner.start("print(1)", device="gpu").rest()
    assert told.outcome == "succeeded"
    assert told.events[0].type == "notice"
    assert "goes on the CPU" in told.events[0].data["text"]
    assert told.exit is not None
    assert (told.exit.device, told.exit.gpu_s) == ("cpu", 0.0)


def test_it_gives_a_run_the_room_its_limits_say(runner: Runner) -> None:
    code = "import os\nfor f in ('/tmp', '/dev/shm'):\n    s = os.statvfs(f)\n    print(s.f_blocks * s.f_frsize, s.f_files)"
    assert runner.run(code, tmp_mb=10, shm_mb=20, inodes=300).text() == f"{10 << 20} 300\n{20 << 20} 300\n"


def test_it_gives_a_run_the_cores_its_limits_say(runner: Runner) -> None:
    assert runner.run("import torch; print(torch.get_num_threads())", cores=1).text() == "1\n"
    assert runner.run("import torch; print(torch.get_num_threads())", cores=2).text() == "2\n"


def _dedent(code: str) -> str:
    lines = code.strip("\n").splitlines()
    return "\n".join(line[4:] for line in lines)
