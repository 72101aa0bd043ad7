"""Whether a run reached what its project asks for."""

from __future__ import annotations

import re
from typing import Any

_GOAL = re.compile(r"\s*(?P<metric>[^<>\s]+)\s*(?P<sign>[<>])\s*(?P<bound>[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*")


def is_met(goal: str, metrics: dict[str, dict[str, Any]]) -> bool:
    """True when the last value of the metric that the goal names is within its bound. NaN never is."""
    match = _GOAL.fullmatch(goal)
    if match is None:
        return False
    last = metrics.get(match["metric"], {}).get("last")
    if isinstance(last, bool) or not isinstance(last, (int, float)):
        return False
    bound = float(match["bound"])
    return last < bound if match["sign"] == "<" else last > bound
