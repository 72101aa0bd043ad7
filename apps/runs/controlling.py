"""Speaking to a run that is going on: pause it, let it go on, let it make one step, look inside."""

from __future__ import annotations

import uuid

from redis import RedisError

from apps.runs import streams
from apps.runs.models import Run
from apps.runs.refusals import BadInspection, MachinesAway, NotNow, TooManyControls
from apps.runs.states import FINAL
from workers.protocol import SIGHTS, Control, State

GOING_ON = frozenset({State.STARTING, State.RUNNING, State.PAUSED})
PAUSED = frozenset({State.PAUSED})

MAX_NAME = 200
"""Of a tensor or a module; torch's own names are shorter."""


def pause(*, run: Run) -> str:
    """Ask the run to pause at its next step; harmless when it is paused. The number of the request.

    This and the other verbs of this module raise `NotNow`, `TooManyControls` and `MachinesAway`. Nothing of them is
    kept in Postgres: who asked sees by the run's events what came of it.
    """
    return _ask(run, verb="pause", when=GOING_ON)


def resume(*, run: Run) -> str:
    """Ask a paused run to go on."""
    return _ask(run, verb="resume", when=PAUSED)


def step(*, run: Run) -> str:
    """Ask a paused run to make one optimiser step and pause again."""
    return _ask(run, verb="step", when=PAUSED)


def inspect(*, run: Run, of: str = "modules", name: str = "") -> str:
    """Ask for a look inside, one of `workers.protocol.SIGHTS`: an `inspection` event with this number answers."""
    if of not in SIGHTS:
        raise BadInspection(f"There is no {of[:40]!r} to inspect. There are: {', '.join(sorted(SIGHTS))}.")
    if len(name) > MAX_NAME or not name.isprintable():
        raise BadInspection(f"Name what to inspect in at most {MAX_NAME} printable characters.")
    return _ask(run, verb="inspect", when=GOING_ON, of=of, name=name)


def _ask(run: Run, *, verb: str, when: frozenset[State], of: str = "modules", name: str = "") -> str:
    control = Control(run=str(run.pk), id=uuid.uuid4().hex, verb=verb, of=of, name=name)
    try:
        _check_state(run, when)
        if not streams.ask(control):
            raise TooManyControls(
                "The run was asked for a lot just now. Wait a second, then try again.", retry_after_s=1
            )
    except RedisError as error:
        words = "The run goes on, but cannot be reached at the moment. Try again in a few seconds."
        raise MachinesAway(words, retry_after_s=2) from error
    return control.id


def _check_state(run: Run, when: frozenset[State]) -> None:
    if run.state in FINAL:
        raise NotNow("This run has ended, so there is nothing left to ask of it.")
    if run.state in when:
        return
    # Postgres is told of a state a moment after whoever watches: the stream knows what they see.
    if run.sent_at is not None and streams.find_state(str(run.pk), run.fence) in when:
        return
    if run.state in GOING_ON:
        raise NotNow("This run is not paused. Pause it first.")
    raise NotNow("This run has not started yet. It can be paused and looked into once it runs.")
