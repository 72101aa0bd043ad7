"""kill -9 of every process, one after another, while a run goes on: each comes back, and the run ends in a true state."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from tests.faults.sandboxes import find_busy_cell
from tests.faults.students import PATIENCE_S, Accepted, Student, Viewer, check_order
from tests.product import MARKS, Product, is_alive, wait_for

pytestmark = pytest.mark.live

STEPS = 40
CODE = f"""
import time
import torch
weight = torch.ones(1, requires_grad=True)
for step in range({STEPS}):
    print(step)
    ((weight - 2) ** 2).sum().backward()
    time.sleep(0.04)
print("the end")
"""
PRINTED = "".join(f"{step}\n" for step in range(STEPS)) + "the end\n"
MIDDLE = f"\n{STEPS // 4}\n"
LATER = f"\n{STEPS // 2}\n"

HOLDERS = {"runner", "worker"}
"""Whose death takes the run along: it is started again, once."""


@pytest.fixture(scope="module")
def student(live: Product) -> Iterator[Student]:
    student = Student(live)
    student.log_in()
    yield student
    student.close()


@pytest.mark.parametrize("name", sorted(MARKS))
def test_a_process_that_is_killed_while_a_run_goes_on(live: Product, student: Student, name: str) -> None:
    run, viewer = begin(student)
    family = live.list_all()
    word = f"{name} was ended by signal 9"
    words = live.printed.count(word)
    killed = live.kill(name)
    live.wait_for_return(name, killed, seconds=PATIENCE_S)
    wait_for(lambda: live.printed.count(word) > words, "the word about it")
    assert viewer.wait_for_end() == "succeeded"
    check_end(student, run, viewer, attempts=2 if name in HOLDERS else 1)
    check_next_run(student)
    check_nothing_is_left(live, family)


@pytest.mark.parametrize("name", ["control", "postgres", "valkey", "worker"])
def test_a_process_that_is_killed_just_when_a_run_ends(live: Product, student: Student, name: str) -> None:
    run, viewer = begin(student, until="the end\n")
    family = live.list_all()
    killed = live.kill(name)
    assert viewer.wait_for_end() == "succeeded"
    live.wait_for_return(name, killed, seconds=PATIENCE_S)
    check_end(student, run, viewer)
    check_next_run(student)
    check_nothing_is_left(live, family)


@pytest.mark.parametrize("part", ["zygote", "init"])
def test_a_sandbox_that_dies_under_a_run(live: Product, student: Student, part: str) -> None:
    run, viewer = begin(student)
    family = live.list_all()
    os.kill(getattr(find_busy_cell(live.pids["runner"]), part), signal.SIGKILL)
    assert viewer.wait_for_end() == "succeeded"
    check_end(student, run, viewer, attempts=2)
    check_next_run(student)
    check_nothing_is_left(live, family)


def test_a_run_whose_own_process_is_killed_has_failed(live: Product, student: Student) -> None:
    """From outside it looks as if the code had done it, and the code could have."""
    run, viewer = begin(student)
    os.kill(find_busy_cell(live.pids["runner"]).code, signal.SIGKILL)
    assert viewer.wait_for_end() == "failed"
    assert "SIGKILL" in viewer.seen[-1].data["message"]
    check_end(student, run, viewer, attempts=1, whole=False)
    check_next_run(student)


def test_a_run_that_loses_its_sandbox_twice_is_given_up(live: Product, student: Student) -> None:
    run, viewer = begin(student)
    os.kill(find_busy_cell(live.pids["runner"]).init, signal.SIGKILL)
    wait_for(lambda: MIDDLE in viewer.printed(fence=2), "the second attempt")
    os.kill(find_busy_cell(live.pids["runner"]).init, signal.SIGKILL)
    assert viewer.wait_for_end() == "lost"
    assert "our fault" in viewer.seen[-1].data["message"]
    check_end(student, run, viewer, attempts=2, whole=False)
    check_next_run(student)


def test_a_supervisor_that_is_killed_takes_everything_along_and_comes_back(live: Product, student: Student) -> None:
    run, viewer = begin(student)
    family = live.list_all() - {live.pid}
    killed = live.kill("supervisor")
    live.wait_for_return("supervisor", killed, seconds=PATIENCE_S)
    wait_for(lambda: not any(is_alive(pid) for pid in family), "the end of the old tree")
    wait_for(lambda: set(live.pids) == {"supervisor", *MARKS}, "every process", seconds=PATIENCE_S)
    assert viewer.wait_for_end() == "succeeded"
    check_end(student, run, viewer, attempts=2)
    check_next_run(student)


def test_a_tree_that_is_felled_leaves_nothing_and_starts_again_with_all_data(live: Product, student: Student) -> None:
    run, viewer = begin(student)
    history = student.list_history()
    family = live.list_all()
    os.kill(live.pid, signal.SIGKILL)
    live.finish()
    wait_for(lambda: not any(is_alive(pid) for pid in family), "the end of all processes", seconds=PATIENCE_S)
    live.start()
    assert viewer.wait_for_end() == "succeeded"
    check_end(student, run, viewer)
    assert student.list_history() == history
    check_next_run(student)


def begin(student: Student, *, until: str = MIDDLE) -> tuple[Accepted, Viewer]:
    """A run, and somebody who watches it and has seen it print this."""
    run = student.start(CODE)
    viewer = student.watch(run)
    viewer.wait_for_text(until)
    return run, viewer


def check_end(
    student: Student, run: Accepted, viewer: Viewer, *, attempts: int | None = None, whole: bool = True
) -> None:
    """Page, live events and history tell the same story; `whole`: the last attempt got to its end."""
    check_order(viewer.seen)
    fences = viewer.fences
    assert fences == list(range(1, len(fences) + 1))
    assert len(fences) <= 2
    assert attempts in (None, len(fences))
    assert all(PRINTED.startswith(viewer.printed(fence)) for fence in fences)
    assert not whole or viewer.printed(fences[-1]) == PRINTED
    assert student.read_state(run) == viewer.seen[-1].data["state"]
    assert student.list_history().count(run.id) == 1
    again = student.watch(run)
    again.wait_for_end()
    assert again.seen == viewer.seen


def check_next_run(student: Student) -> None:
    run = student.start("import torch\nprint(torch.ones(2).sum().item())")
    viewer = student.watch(run)
    assert viewer.wait_for_end() == "succeeded"
    check_order(viewer.seen)
    assert (viewer.fences, viewer.printed()) == ([1], "2.0\n")


def check_nothing_is_left(product: Product, family: set[int]) -> None:
    """Of the processes of that moment, those that live are still in the tree; and there is one of each."""
    wait_for(lambda: set(product.pids) == {"supervisor", *MARKS}, "every process", seconds=PATIENCE_S)
    wait_for(lambda: not [pid for pid in family - product.list_all() if is_alive(pid)], "the end of what was cut off")
