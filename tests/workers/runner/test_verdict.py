"""The sentences that a student reads at the end, and what comes before what."""

from __future__ import annotations

from typing import Any

import pytest

from workers.protocol import Limits, State
from workers.runner.verdict import Cause, Ending, judge


def _ending(**changes: Any) -> Ending:
    return Ending(**{"cause": None, "status": 0, "said": "", "said_memory": False, **changes})


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [
        (_ending(), State.SUCCEEDED),
        (_ending(said="ValueError", said_memory=True), State.SUCCEEDED),
        (_ending(status=1 << 8), State.FAILED),
        (_ending(status=9), State.FAILED),
        (_ending(status=1 << 8, said_memory=True), State.OUT_OF_MEMORY),
        (_ending(cause=Cause.STOP, status=9), State.STOPPED),
        (_ending(cause=Cause.CLOCK, status=None), State.TIMED_OUT),
        (_ending(cause=Cause.MEMORY, status=None, said="x"), State.OUT_OF_MEMORY),
        (_ending(cause=Cause.CONSOLE, status=None), State.OUTPUT_LIMIT),
    ],
)
def test_the_outcome_is_what_the_supervisor_saw(ending: Ending, outcome: State) -> None:
    assert judge(ending, Limits()).outcome == outcome


def test_a_gpu_that_is_full_is_not_taken_for_the_limit_of_the_project() -> None:
    said = "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 GiB."
    verdict = judge(_ending(status=1 << 8, said=said, said_memory=True), Limits())
    assert verdict.outcome is State.OUT_OF_MEMORY
    assert verdict.message.startswith("Your code asked for more memory than the GPU has left; try a smaller batch")
    assert said in verdict.message


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        (
            Cause.CLOCK,
            "Your code ran longer than 2 min, the limit of this project; "
            "train for fewer epochs, or look for a loop that never ends.",
        ),
        (Cause.MEMORY, "Your code used 2.5 GiB, the limit of this project; try a smaller batch."),
        (
            Cause.CONSOLE,
            "Your code printed more than 1 MiB, the limit of this project; print less often, "
            "for example every 100 steps. What it printed up to there is kept.",
        ),
    ],
)
def test_a_limit_is_named_with_what_to_do(cause: Cause, message: str) -> None:
    assert judge(_ending(cause=cause, status=None), Limits()).message == message


@pytest.mark.parametrize(("status", "code"), [(0, 0), (3 << 8, 3), (137 << 8, 137), (9, 137), (11 | 0x80, 139)])
def test_exit_codes_are_those_of_a_shell(status: int, code: int) -> None:
    assert judge(_ending(status=status), Limits()).exit_code == code


def test_an_exit_code_above_128_is_not_taken_for_a_signal() -> None:
    assert judge(_ending(status=137 << 8), Limits()).message == "Your code ended with exit code 137."
