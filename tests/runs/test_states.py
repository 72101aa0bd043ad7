"""The transitions as a truth table: every pair of states, allowed or not."""

from __future__ import annotations

import itertools

import pytest

from apps.runs.states import ACTIVE, AT_WORK, FINAL, TRANSITIONS, sources
from workers.protocol import OUTCOMES, State

ENDS = set(OUTCOMES)
TABLE: dict[State, set[State]] = {
    State.WAITING: {State.QUEUED, State.STOPPED},
    State.QUEUED: {State.QUEUED, State.STARTING, State.RUNNING, State.PAUSED} | ENDS,
    State.STARTING: {State.QUEUED, State.RUNNING, State.PAUSED} | ENDS,
    State.RUNNING: {State.QUEUED, State.PAUSED} | ENDS,
    State.PAUSED: {State.QUEUED, State.RUNNING} | ENDS,
}


@pytest.mark.parametrize(("source", "target"), list(itertools.product(State, State)))
def test_a_run_moves_only_where_the_table_allows(source: State, target: State) -> None:
    allowed = target in TABLE.get(source, set())
    assert (target in TRANSITIONS[source]) is allowed
    assert (source in sources(target)) is allowed


def test_every_state_is_either_active_or_final() -> None:
    assert sorted([*ACTIVE, *FINAL]) == sorted(State)
    assert sorted([*AT_WORK, State.WAITING]) == ACTIVE


def test_nothing_leaves_a_final_state() -> None:
    assert all(not TRANSITIONS[state] for state in OUTCOMES)
