"""kill -9 of each process while one run is paused, one runs, one is queued and one waits: all four end in a true state."""

from __future__ import annotations

import pytest

from tests.faults.students import PATIENCE_S, Accepted, Student, Viewer, check_order
from tests.faults.test_processes import CODE, HOLDERS, LATER, MIDDLE, check_end, check_next_run, check_nothing_is_left
from tests.product import MARKS, Product, wait_for

pytestmark = pytest.mark.live

Told = tuple[Accepted, Viewer]


@pytest.mark.parametrize("name", sorted(MARKS))
def test_a_process_that_is_killed_while_runs_are_at_every_stage(
    live: Product, people: tuple[Student, Student], name: str
) -> None:
    ada, bob = people
    paused, running = begin_and_pause(ada), begin_and_pause(ada)  # both: nothing else gets a slot while we look
    queued, waiting = start(bob), start(ada)
    assert [bob.read_state(queued[0]), ada.read_state(waiting[0])] == ["queued", "waiting"]
    resume(ada, running)
    running[1].wait_for_text(LATER)
    family = live.list_all()
    killed = live.kill(name)
    live.wait_for_return(name, killed, seconds=PATIENCE_S)
    resume(ada, paused)
    for person, (run, viewer) in ((ada, paused), (ada, running), (bob, queued), (ada, waiting)):
        assert viewer.wait_for_end() == "succeeded"
        check_end(person, run, viewer)
    if name not in HOLDERS:
        assert [viewer.fences for _, viewer in (paused, running)] == [[1], [1]]
    check_next_run(bob)
    check_nothing_is_left(live, family)


def test_every_stage_can_be_stopped(live: Product, people: tuple[Student, Student]) -> None:
    ada, bob = people
    paused, running = begin_and_pause(ada), begin_and_pause(ada)
    told = [(ada, paused), (ada, running), (bob, start(bob)), (ada, start(ada))]
    resume(ada, running)
    for person, (run, _) in reversed(told):
        person.control(run, "stops")
    for person, (run, viewer) in told:
        assert viewer.wait_for_end() == "stopped"
        check_order(viewer.seen)
        assert person.read_state(run) == "stopped"
        assert max(viewer.fences) <= 1
    check_next_run(ada)


def begin_and_pause(student: Student) -> Told:
    run, viewer = start(student)
    viewer.wait_for_text(MIDDLE)
    student.control(run, "pauses")
    viewer.wait_for_state("paused")
    return run, viewer


def start(student: Student) -> Told:
    run = student.start(CODE)
    return run, student.watch(run)


def resume(student: Student, told: Told) -> None:
    """Until the run goes on: if its machine is gone it does so from the start, and by itself."""
    run, viewer = told

    def goes_on() -> bool:
        student.control(run, "resumes")
        return viewer.state != "paused"

    wait_for(goes_on, "the paused run to go on", seconds=PATIENCE_S)
