"""Whether a run reached what its project asks for."""

from __future__ import annotations

import re
from typing import Any

from apps.courses.models import Item

_GOAL = re.compile(r"\s*(?P<metric>[^<>\s]+)\s*(?P<sign>[<>])\s*(?P<bound>[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*")


def is_met(project: Item | None, metrics: dict[str, dict[str, Any]]) -> bool:
    """True when the last value of the metric that the project's goal names is within its bound. NaN never is."""
    goal = find_goal(project)
    match = _GOAL.fullmatch(goal) if goal else None
    if match is None:
        return False
    last = metrics.get(match["metric"], {}).get("last")
    if isinstance(last, bool) or not isinstance(last, (int, float)):
        return False
    bound = float(match["bound"])
    return last < bound if match["sign"] == "<" else last > bound


def find_goal(project: Item | None) -> str:
    """The goal that the live text of the chapter gives the project, or ""."""
    live = project.chapter.live if project else None
    if project is None or live is None:
        return ""
    return str(live.projects.get(project.key, {}).get("goal") or "")
