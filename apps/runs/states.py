"""From which state a run may move to which: the only place that knows."""

from workers.protocol import OUTCOMES, State

TRANSITIONS: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.QUEUED, State.STOPPED}),
    # queued → queued: its worker died between taking it and saying so; the run is queued again under a new fence.
    State.QUEUED: frozenset({State.QUEUED, State.STARTING, State.RUNNING, State.PAUSED}) | OUTCOMES,
    State.STARTING: frozenset({State.QUEUED, State.RUNNING, State.PAUSED}) | OUTCOMES,
    State.RUNNING: frozenset({State.QUEUED, State.PAUSED}) | OUTCOMES,
    State.PAUSED: frozenset({State.QUEUED, State.RUNNING}) | OUTCOMES,
    **{outcome: frozenset() for outcome in OUTCOMES},
}

FINAL = sorted(OUTCOMES)
ACTIVE = sorted(set(State) - OUTCOMES)
"""Everything that has not ended yet, `waiting` included."""

AT_WORK = sorted(set(ACTIVE) - {State.WAITING})
"""What counts towards a student's limit: queued or in the hands of a worker."""


def sources(target: State) -> list[State]:
    """The states that may move to `target`, for a guarded UPDATE."""
    return sorted(source for source, targets in TRANSITIONS.items() if target in targets)
