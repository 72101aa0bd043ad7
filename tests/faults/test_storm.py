"""Many runs of several people under random kills: each accepted run ends once, truly, and whoever watched saw all of it."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from typing import NamedTuple

import pytest

from tests.faults.students import PATIENCE_S, Accepted, Student, Viewer, check_order
from tests.faults.test_processes import check_next_run, check_nothing_is_left
from tests.product import MARKS, Product, list_children, wait_for
from workers.protocol import OUTCOMES

pytestmark = pytest.mark.live

SECONDS = float(os.environ.get("KINDLING_STORM_S", "25"))
"""Of kills. `KINDLING_STORM_S` and `KINDLING_STORM_SEED` make it longer, or the same again."""
ROLES = ("student", "moderator", "editor", "admin")
KILLED = [*MARKS, "worker", "runner", "wall", "wall"]
"""What trains is hit more often; a wall is a zygote's outer process, and takes its cells along."""

CODES = {
    "succeeded": "import torch\nw = torch.ones(1, requires_grad=True)\nfor n in range(20):\n    print(n)\n"
    "    (w * w).sum().backward()\n    __import__('time').sleep(0.03)\nprint('the end')",
    "failed": "print('so far')\nraise ValueError('as planned')",
}


class Told(NamedTuple):
    """A run, what it ought to come to when nobody but us interferes, and somebody who watches."""

    person: Student
    run: Accepted
    expected: str
    viewer: Viewer


@pytest.fixture
def people(live: Product) -> Iterator[list[Student]]:
    with ExitStack() as stack:
        people = [stack.enter_context(closing(Student(live, role))) for role in ROLES]
        for person in people:
            person.log_in()
        yield people


def test_a_storm_of_kills(live: Product, people: list[Student]) -> None:
    seed = int(os.environ.get("KINDLING_STORM_SEED", random.SystemRandom().randrange(10**6)))
    print(f"KINDLING_STORM_SEED={seed}")  # shown when the test fails
    chance = random.Random(seed)  # noqa: S311
    told: list[Told] = []
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        told.append(start_something(chance, people))
        if chance.random() < 0.4:
            kill_something(chance, live)
        if chance.random() < 0.2:
            pause_and_resume(chance.choice(told))
        time.sleep(chance.uniform(0.2, 1.6))
    wait_for(lambda: set(live.pids) == {"supervisor", *MARKS}, "every process", seconds=PATIENCE_S)
    for each in told:
        check(each)
    check_next_run(people[0])
    check_nothing_is_left(live, set())


def start_something(chance: random.Random, people: list[Student]) -> Told:
    person = chance.choice(people)
    expected = chance.choice(["succeeded", "succeeded", "failed"])
    run = person.start(CODES[expected])
    return Told(person, run, expected, person.watch(run))


def pause_and_resume(told: Told) -> None:
    """Refused when the run is over by now, or not yet there."""
    for noun in ("pauses", "resumes"):
        told.person.control(told.run, noun)


def kill_something(chance: random.Random, live: Product) -> None:
    name = chance.choice(KILLED)
    with suppress(ProcessLookupError, KeyError, IndexError):
        pids = live.pids
        pid = chance.choice(list_children(pids["runner"])) if name == "wall" else pids[name]
        os.kill(pid, signal.SIGKILL)


def check(told: Told) -> None:
    """One final state, the same for every way of asking. Two attempts at most; lost only when both were hit."""
    end = told.viewer.wait_for_end()
    check_order(told.viewer.seen)
    fences = told.viewer.fences
    assert end in OUTCOMES
    assert end == told.expected or (end == "lost" and len(fences) <= 2), (end, told.expected, told.viewer.seen[-3:])
    assert told.person.read_state(told.run) == end
    again = told.person.watch(told.run)
    again.wait_for_end()
    assert again.seen == told.viewer.seen
