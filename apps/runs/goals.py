"""Whether a run reached what its project asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_GOAL = re.compile(r"\s*(?P<metric>[^<>\s]+)\s*(?P<sign>[<>])\s*(?P<bound>[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*")


@dataclass(frozen=True, slots=True)
class Goal:
    """The last value of `metric` is to be below (<) or above (>) `bound`."""

    metric: str
    sign: str
    bound: float

    def holds(self, metrics: Mapping[str, Mapping[str, Any]]) -> bool:
        """NaN never does."""
        last = metrics.get(self.metric, {}).get("last")
        if isinstance(last, bool) or not isinstance(last, (int, float)):
            return False
        return last < self.bound if self.sign == "<" else last > self.bound


def read_goal(goal: str) -> Goal | None:
    match = _GOAL.fullmatch(goal)
    return Goal(match["metric"], match["sign"], float(match["bound"])) if match else None


def is_met(goal: str, metrics: Mapping[str, Mapping[str, Any]]) -> bool:
    wanted = read_goal(goal)
    return wanted is not None and wanted.holds(metrics)
