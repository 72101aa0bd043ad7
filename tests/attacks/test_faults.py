"""kill -9 of every process of the runner's family; each time the rest goes on, or nothing is left."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.attacks.conftest import Attack, idle
from tests.attacks.machines import Machine, keepers, started_on, zygote
from tests.workers.runner.live import Runner, alive, children, descendants, started, wait_until

SOON_S = 45.0
"""Before code that sleeps for a minute has ended by itself."""

_SLEEP = "import time\nprint('on', flush=True)\ntime.sleep(60)"


def wait_until_still(attack: Attack, processes: int) -> None:
    """Until there are so many processes and none is being born: a cell that is killed by halves costs its zygote."""
    for _ in range(20):
        wait_until(lambda: len(attack.runner.family()) == processes)
        time.sleep(0.01)


def is_settled(attack: Attack) -> bool:
    """Whether there are two spare cells and nothing else."""
    with suppress(IndexError, ValueError):  # the zygote is not whole yet
        return len(attack.runner.family()) == idle(attack.machine) and len(keepers(attack.runner, attack.machine)) == 2
    return False


def assert_works(attack: Attack) -> None:
    """The next run runs; else what the runner has logged is part of the complaint."""
    told = attack("print('back')")
    assert (told.outcome, told.text()) == ("succeeded", "back\n"), (told, attack.runner.log.read_text()[-4000:])


@pytest.fixture
def own(machine: Machine) -> Iterator[Runner]:
    """A runner of the test's own, to be killed."""
    with started_on(machine) as runner:
        yield runner


@pytest.mark.parametrize("find", [lambda runner, machine: runner.zygotes()[0], zygote], ids=["outermost", "innermost"])
def test_a_killed_zygote_loses_its_run_without_an_exit_and_comes_back(
    attack: Attack, find: Callable[[Runner, Machine], int]
) -> None:
    attack.rebuilt = True
    run = attack.runner.start(_SLEEP)
    run.until("stdout")
    family = attack.runner.family()
    os.kill(find(attack.runner, attack.machine), signal.SIGKILL)
    told = run.rest()
    assert told.exit is None
    assert told.text() == "on\n"
    wait_until(lambda: not any(alive(process) for process in family), SOON_S)
    assert_works(attack)


def test_a_killed_run_that_did_not_do_it_is_lost(attack: Attack) -> None:
    run = attack.runner.start(_SLEEP)
    run.until("stdout")
    wait_until_still(attack, idle(attack.machine) + 2)
    killed = keepers(attack.runner, attack.machine)
    for process in killed:
        os.kill(process, signal.SIGKILL)
    told = run.rest()
    assert told.exit is None
    wait_until(lambda: len(keepers(attack.runner, attack.machine) - killed) == 2)
    assert_works(attack)


def test_a_run_that_somebody_else_killed_is_told_of_by_its_keeper(attack: Attack) -> None:
    run = attack.runner.start(f"import ctypes\nctypes.CDLL(None).prctl(15, b'the run')\n{_SLEEP}")
    run.until("stdout")
    (process,) = [process for process in attack.runner.family() if _name(process) == "the run"]
    os.kill(process, signal.SIGKILL)
    assert run.rest().message == "Your code was ended by the signal SIGKILL (Killed)."


def test_killed_spares_are_replaced(attack: Attack) -> None:
    def cells() -> set[int]:
        return keepers(attack.runner, attack.machine)

    wait_until_still(attack, idle(attack.machine))
    before = cells()
    assert len(before) == 2
    for process in before:
        os.kill(process, signal.SIGKILL)
    wait_until(lambda: len(cells() - before) == 2)
    assert_works(attack)


def test_a_zygote_that_dies_while_its_cells_get_ready_is_followed_by_one_with_as_many(attack: Attack) -> None:
    attack.rebuilt = True
    wait_until(lambda: is_settled(attack))
    before = keepers(attack.runner, attack.machine)
    for process in before:
        os.kill(process, signal.SIGKILL)
    wait_until(lambda: keepers(attack.runner, attack.machine) - before)
    os.kill(attack.runner.zygotes()[0], signal.SIGKILL)
    wait_until(lambda: is_settled(attack))
    assert_works(attack)


def test_a_zygote_that_dies_soon_after_it_lent_a_cell_is_followed_by_one_with_as_many(attack: Attack) -> None:
    """The place of the cell that was lent is to be filled again just when the next zygote gets warm."""
    attack.rebuilt = True
    run = attack.runner.start(_SLEEP)
    run.until("stdout")
    time.sleep(0.04)
    os.kill(attack.runner.zygotes()[0], signal.SIGKILL)
    assert run.rest().exit is None
    wait_until(lambda: is_settled(attack))
    assert_works(attack)


def test_only_the_slot_of_a_killed_zygote_is_affected(tmp_path: Path) -> None:
    with started(tmp_path, slots=2) as runner:
        runs = [runner.start(_SLEEP), runner.start(_SLEEP)]
        for run in runs:
            run.until("stdout")
        before = runner.zygotes()
        dying = descendants(before[1])
        os.kill(before[1], signal.SIGKILL)
        wait_until(lambda: len(set(runner.zygotes()) - set(before)) == 1 and not any(map(alive, dying)))
        for run in runs:
            with suppress(OSError):  # one of them is lost, and its line closed
                run.stop()
        assert sorted(run.rest().outcome or "lost" for run in runs) == ["lost", "stopped"]


def test_a_killed_runner_leaves_nothing_behind(own: Runner, machine: Machine) -> None:
    fork = "" if machine.flat else "os.fork()"
    run = own.start(f"import os, time\n{fork}\nprint('on', flush=True)\ntime.sleep(60)")
    run.until("stdout")
    family = own.family()
    assert len(family) >= idle(machine) - 2
    os.kill(own.supervisor, signal.SIGKILL)
    wait_until(lambda: not any(alive(process) for process in family), SOON_S)
    run.leave()


def test_sigterm_ends_runs_and_takes_the_socket_away(own: Runner) -> None:
    run = own.start("import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint('on', flush=True)\ntime.sleep(60)")
    run.until("stdout")
    family = own.family()
    own.process.terminate()
    assert own.process.wait(SOON_S) == 0
    assert run.rest().exit is None
    assert not own.socket.exists()
    wait_until(lambda: not any(alive(process) for process in family), SOON_S)


def test_the_socket_is_its_owner_s_only(runner: Runner) -> None:
    assert runner.socket.stat().st_mode & 0o777 == 0o600


def test_the_family_is_a_tree_of_the_runner_s(runner: Runner) -> None:
    assert set(children(runner.supervisor)) == set(runner.zygotes())


def _name(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return ""
