"""The states of a run as a diagram in Mermaid's words, drawn from the transitions: `python -m apps.runs.diagram`.

ARCHITECTURE.md holds it between two markers, and a test compares.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from apps.runs.states import TRANSITIONS
from workers.protocol import OUTCOMES, State


def draw() -> str:
    """A state diagram. What may end in every way is drawn with one arrow to a box of all ends."""
    return "\n".join(["stateDiagram-v2", *(f"  {line}" for line in _list_lines())])


def _list_lines() -> Iterator[str]:
    yield f"[*] --> {State.WAITING}"
    yield f"[*] --> {State.QUEUED}"
    for source in State:
        targets = TRANSITIONS[source]
        ends_in_every_way = targets >= OUTCOMES
        for target in State:
            if target in targets and not (ends_in_every_way and target in OUTCOMES):
                yield f"{source} --> {target}"
        if ends_in_every_way:
            yield f"{source} --> over"
    yield "state over {"
    yield from (f"  {state}" for state in State if state in OUTCOMES)
    yield "}"
    yield "over --> [*]"


if __name__ == "__main__":
    sys.stdout.write(draw() + "\n")
