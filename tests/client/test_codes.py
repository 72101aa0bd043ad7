from __future__ import annotations

import pytest

from kindling.client import codes
from kindling.client.words import STATES
from workers.protocol import OUTCOMES, State


def test_every_end_of_a_run_has_its_code() -> None:
    assert set(codes.OUTCOMES) == set(OUTCOMES)
    assert len(set(codes.OUTCOMES.values())) == len(OUTCOMES)


def test_every_state_has_its_words() -> None:
    assert set(STATES) == set(State)


@pytest.mark.parametrize(
    ("state", "exit_code", "code"),
    [
        ("succeeded", 0, 0),
        ("failed", 3, 3),
        ("failed", None, 1),
        ("failed", 0, 1),
        ("failed", 256, 1),
        ("failed", -9, 1),
        ("stopped", None, 130),
        ("timed_out", 0, 124),
        ("something new", None, 1),
    ],
)
def test_a_failure_is_never_a_success(state: str, exit_code: int | None, code: int) -> None:
    assert codes.choose(state, exit_code) == code


@pytest.mark.parametrize("code", sorted({*codes.OUTCOMES.values(), 2, 65, 66, 69, 75, 77} - {1}))
def test_the_help_names_every_code(code: int) -> None:
    assert str(code) in codes.HELP.split() or f"{code} " in codes.HELP
