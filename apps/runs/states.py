"""From which state a run may move to which: the only place that knows."""

from workers.protocol import OUTCOMES, State

TRANSITIONS: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.QUEUED, State.STOPPED}),
    State.QUEUED: frozenset({State.STARTING, State.RUNNING, State.STOPPED, State.LOST}) | OUTCOMES,
    State.STARTING: frozenset({State.RUNNING, State.QUEUED}) | OUTCOMES,
    State.RUNNING: frozenset({State.QUEUED}) | OUTCOMES,
    **{outcome: frozenset() for outcome in OUTCOMES},
}

FINAL = sorted(OUTCOMES)
ACTIVE = sorted(set(State) - OUTCOMES)
"""Everything that has not ended yet, `waiting` included."""


def sources(target: State) -> list[State]:
    """The states that may move to `target`, for a guarded UPDATE."""
    return sorted(source for source, targets in TRANSITIONS.items() if target in targets)
