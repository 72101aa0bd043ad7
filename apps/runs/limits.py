"""What a run may use: the site's caps, a project's own limits below them, and a student's below those."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from apps.runs.refusals import BadLimit
from workers.protocol import Limits

logger = logging.getLogger(__name__)

USUAL = Limits()
"""Of a run without a project, and of a project that says nothing."""

CAPS = Limits(wall_s=900, memory_mb=8192, cores=8, tmp_mb=1024, shm_mb=1024)
"""The most that a project can be given. A quarter of an hour is what a student still waits for, and what the machine's
other students wait for them; the rest is an ordinary training machine. What is not named stays as usual."""

FLOORS = Limits(wall_s=1, memory_mb=256, cores=1, processes=16, console_bytes=1024, tmp_mb=1, shm_mb=1, inodes=100)
"""Below these torch itself does not start, and the end of the run would look like a mistake in its code."""


def read_limits(written: object) -> Limits:
    """A project's limits as the live text of its chapter holds them. What cannot be is logged and left as usual."""
    known = asdict(USUAL)
    if not isinstance(written, dict):
        return USUAL
    values = {name: value for name, value in written.items() if name in known and _is_number(name, value)}
    if len(values) < len(written):
        logger.error("A project's limits hold what is no limit: %s", sorted(written.keys() - values.keys()))
    caps, floors = asdict(CAPS), asdict(FLOORS)
    return replace(USUAL, **{name: min(max(value, floors[name]), caps[name]) for name, value in values.items()})


def lower_limits(bounds: Limits, asked: Mapping[str, Any]) -> Limits:
    """The limits of one run: those of its project, lowered where the student asks for less. Raises `BadLimit`."""
    most, least = asdict(bounds), asdict(FLOORS)
    for name, value in asked.items():
        if name not in most:
            raise BadLimit(f"There is no limit {name[:40]!r}. There are: {', '.join(most)}.")
        if not _is_number(name, value):
            kind = "a number" if name == "wall_s" else "a whole number"
            raise BadLimit(f"The limit {name} is {kind}, not {str(value)[:40]!r}.")
        if not least[name] <= value <= most[name]:
            raise BadLimit(
                f"The limit {name} is {value}. Choose one from {least[name]} to {most[name]}: "
                "a run may use less than its project allows, not more."
            )
    return replace(bounds, **asked)


def list_differing(limits: Limits) -> dict[str, Any]:
    """What differs from the usual limits, by name: what is stored with a run."""
    usual = asdict(USUAL)
    return {name: value for name, value in asdict(limits).items() if value != usual[name]}


def rebuild_limits(differing: Mapping[str, Any]) -> Limits:
    """The limits of a run from what was stored with it; a name that is no limit any more must not hold up the queue."""
    known = asdict(USUAL)
    return replace(USUAL, **{name: value for name, value in differing.items() if name in known})


def _is_number(name: str, value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) if name == "wall_s" else isinstance(value, int)
