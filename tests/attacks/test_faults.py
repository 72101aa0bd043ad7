"""kill -9 of every process of the runner's family; each time the rest goes on, or nothing is left."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workers.runner.live import Runner, alive, children, started, wait_until


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Runner]:
    """A runner of the test's own, to be killed."""
    with started(tmp_path) as runner:
        yield runner


def test_a_killed_zygote_loses_its_run_without_an_exit_and_comes_back(runner: Runner) -> None:
    run = runner.start("import time\nprint('on', flush=True)\ntime.sleep(60)")
    run.until("stdout")
    os.kill(runner.zygotes()[0], signal.SIGKILL)
    told = run.rest()
    assert told.exit is None
    assert told.text() == "on\n"
    assert runner.run("print('back')").text() == "back\n"


def test_a_killed_run_that_did_not_do_it_is_lost(runner: Runner) -> None:
    run = runner.start("import time\nprint('on', flush=True)\ntime.sleep(60)")
    run.until("stdout")
    for process in runner.family()[1:]:
        if _inner_pid(process) == "1" and _depth(process) == 3:
            os.kill(process, signal.SIGKILL)
    told = run.rest()
    assert told.exit is None
    assert runner.run("print('back')").text() == "back\n"


def test_killed_spares_are_replaced(runner: Runner) -> None:
    assert runner.run("pass").outcome == "succeeded"
    wait_until(lambda: len(_cells(runner)) == 2)
    before = _cells(runner)
    for process in before:
        os.kill(process, signal.SIGKILL)
    wait_until(lambda: len(_cells(runner) - before) == 2)
    assert runner.run("print('back')").text() == "back\n"


def test_only_the_slot_of_a_killed_zygote_is_affected(tmp_path: Path) -> None:
    with started(tmp_path, slots=2) as runner:
        wait_until(lambda: len(_cells(runner)) == 4, 60)
        first = runner.start("import time\nprint(1, flush=True)\ntime.sleep(1.5)\nprint('whole')")
        first.until("stdout")
        second = runner.start("import time\nprint(2, flush=True)\ntime.sleep(60)")
        second.until("stdout")
        os.kill(runner.zygotes()[1], signal.SIGKILL)
        endings = [first.rest(), second.rest()]
        assert sorted(told.outcome or "lost" for told in endings) in (["lost", "succeeded"],)


def test_a_killed_runner_leaves_nothing_behind(own: Runner) -> None:
    run = own.start("import os, time\nos.fork()\nprint('on', flush=True)\ntime.sleep(60)")
    run.until("stdout")
    family = own.family()
    assert len(family) > 5
    own.process.send_signal(signal.SIGKILL)
    own.process.wait()
    wait_until(lambda: not any(alive(process) for process in family), 5)
    run.leave()


def test_sigterm_ends_runs_and_takes_the_socket_away(own: Runner) -> None:
    run = own.start("import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint('on', flush=True)\ntime.sleep(60)")
    run.until("stdout")
    family = own.family()
    began = time.monotonic()
    own.process.terminate()
    assert own.process.wait(10) == 0
    assert time.monotonic() - began < 5
    assert run.rest().exit is None
    assert not own.socket.exists()
    wait_until(lambda: not any(alive(process) for process in family), 5)


def test_the_socket_is_its_owner_s_only(runner: Runner) -> None:
    assert runner.socket.stat().st_mode & 0o777 == 0o600


def _cells(runner: Runner) -> set[int]:
    """Processes 1 of cells, by their number outside."""
    return {process for process in runner.family() if _inner_pid(process) == "1" and _depth(process) == 3}


def _pids(process: int) -> list[str]:
    """Its number in each pid namespace it is in, outermost first."""
    try:
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("NSpid:"):
                return line.split()[1:]
    except OSError:
        pass
    return []


def _inner_pid(process: int) -> str:
    return (_pids(process) or [""])[-1]


def _depth(process: int) -> int:
    return len(_pids(process))


def test_the_family_is_a_tree_of_the_runner_s(runner: Runner) -> None:
    assert set(children(runner.process.pid)) == set(runner.zygotes())
