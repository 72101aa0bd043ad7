"""What one run must not learn: what another has, and what its own checks expect."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attacks.conftest import Attack
from tests.attacks.machines import MAIN, started_on
from tests.workers.runner.forgeries import FORGERIES, HINT, SEARCH, SECRET, make_check
from tests.workers.runner.live import Runner

_WORD = "quince-7319"

_HOLDER = f"""
import os, time
word = "{_WORD}"
os.environ["WORD"] = word
for folder in (".", "/dev/shm"):
    try:
        with open(folder + "/" + word, "w") as file: file.write(word)
        os.chmod(folder + "/" + word, 0o666)
    except OSError:
        pass
kept = open(word)
print("on", flush=True)
time.sleep(120)
"""

_SEEKER = f"""
import os, signal
own = [int(name) for name in os.listdir("/proc/self/task")]  # a signal to a thread is one to all of it
found = []
for top in ("/tmp", "/places", "/dev/shm", "/var/tmp", "/run"):
    for folder, _, names in os.walk(top):
        found += [name for name in names if "{_WORD}" in name]
for process in (*range(1, 400), os.getppid() - 1, *range(os.getppid(), os.getppid() + 40)):
    if process in own:
        continue
    for name in ("environ", "cmdline", "maps", "mem", "fd", "cwd", "root/tmp", "task"):
        try:
            path = f"/proc/{{process}}/{{name}}"
            text = os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(4096)
            if "{_WORD}" in str(text): found.append(path)
        except OSError:
            pass
    try:
        if process > 2: os.kill(process, signal.SIGKILL)
    except OSError:
        pass
print(found)
"""


@pytest.fixture(scope="module", params=[machine for machine in MAIN if machine.tier != "T2"], ids=str)
def pair(request: pytest.FixtureRequest) -> Iterator[Runner]:
    """A runner that takes two runs at the same time; in a container there is only one."""
    with started_on(request.param, slots=2) as runner:
        yield runner


def test_two_runs_at_the_same_time_know_nothing_of_each_other(pair: Runner) -> None:
    holder = pair.start(_HOLDER)
    holder.until("stdout", "on")
    seeker = pair.run(_SEEKER)
    assert (seeker.outcome, seeker.text()) == ("succeeded", "[]\n")
    holder.stop()
    assert holder.rest().outcome == "stopped"


def test_a_run_finds_nothing_of_the_one_before(attack: Attack) -> None:
    left = attack.runner.start(_HOLDER)
    left.until("stdout", "on")
    left.stop()
    assert left.rest().outcome == "stopped"
    assert attack(_SEEKER).text() == "[]\n"


def test_neither_cell_holds_what_its_checks_expect(attack: Attack) -> None:
    """It looks through all of its memory in the run itself, and again where it is asked."""
    secret = make_check("0", SECRET, hint=HINT)
    told = attack.graded(SEARCH + "print(search())", secret, make_check("len(search())", 0.0), secret)
    assert told.text() == "[]\n"
    assert told.exit is not None
    assert [one.passed for one in told.exit.checks or []] == [False, True, False]


@pytest.mark.parametrize("trick", FORGERIES)
def test_no_forgery_turns_a_wrong_answer_into_a_right_one(attack: Attack, trick: str) -> None:
    told = attack.graded(FORGERIES[trick], make_check(), make_check(relation="above", expect=40.0), make_check())
    assert told.outcome == "succeeded"
    assert told.exit is not None
    assert [one.passed for one in told.exit.checks or []] == [False, False, False]
    assert [data["passed"] for data in told.data("verdict")] == [False]
