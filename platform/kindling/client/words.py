"""A run in words: where it stands, how far it is, how it ended."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

from kindling.client.course import Course, Curve, read_value
from kindling.client.frames import Frame

STATES = {
    "waiting": "waiting for your other runs",
    "queued": "queued",
    "starting": "starting",
    "running": "running",
    "paused": "paused",
    "succeeded": "succeeded",
    "failed": "failed",
    "stopped": "stopped",
    "timed_out": "stopped: its time was up",
    "out_of_memory": "stopped: it ran out of memory",
    "output_limit": "stopped: it printed too much",
    "refused": "refused: no safe sandbox could be made for it",
    "lost": "lost: our machine failed",
}
_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Everything that moves a terminal's cursor or talks to it, but for tabs and line breaks."""


def make_safe(text: str) -> str:
    """Text that cannot take over a terminal: without colours and cursor movements, other controls made visible."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", _SEQUENCE.sub("", text))


def fit(text: str, room: int) -> str:
    """As one line of at most `room` columns."""
    line = " ".join(make_safe(text).expandtabs(1).split("\n"))
    while measure(line) > room:
        line = line[: min(len(line) - 1, room)]
    return line


def measure(line: str) -> int:
    """Columns that a line takes on a terminal."""
    return sum(_measure(each) for each in line) if not line.isascii() else len(line)


def _measure(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def describe_state(course: Course) -> str:
    """`queued: 3 runs go first, about 12 s`, or `failed: ValueError: no`."""
    words = STATES.get(course.state, course.state)
    if course.state in ("waiting", "queued") and course.ahead is not None:
        words += ": next" if course.ahead == 0 else f": {count(course.ahead, 'run')} first"
        if course.estimate_s is not None:
            words += f", about {describe_time(course.estimate_s)}"
    return f"{words}: {course.message}" if course.message else words


def describe_progress(course: Course) -> str:
    """`step 120/500 · epoch 2/3 · 340/s · 1 s left`; as much of it as is known."""
    at = course.progress
    parts = []
    if at.step:
        parts.append(f"step {at.step}/{at.total}" if at.total else f"step {at.step}")
    if at.epoch is not None:
        parts.append(f"epoch {at.epoch}/{at.epochs}" if at.epochs else f"epoch {at.epoch}")
    if at.rate:
        parts.append(f"{at.rate:.3g}/s")
    if at.left_s is not None and course.state == "running":
        parts.append(f"{describe_time(at.left_s)} left")
    return " · ".join(parts)


def describe_curve(curve: Curve) -> str:
    return f"{curve.name} {describe_number(curve.newest[1])}" if curve.newest else curve.name


def describe_remark(frame: Frame) -> str:
    """The line that an event deserves by itself, or ""."""
    data = frame.data
    if frame.type in ("notice", "gap"):
        return str(data.get("text", ""))
    if frame.type == "diagnosis":
        return f"at step {data.get('step')}: {data.get('message')}"
    if frame.type == "figure":
        return f"figure {data.get('name') or ''}".rstrip() + " (see it on the run's page)"
    if frame.type == "inspection" and data.get("id"):  # asked for; what every run tells at its end stands on its page
        return describe_inspection(data)
    if frame.type == "verdict":
        return describe_verdict(data)
    return ""


def describe_verdict(data: dict[str, Any]) -> str:
    """The verdict, and a line for each check."""
    lines = ["checks passed" if data.get("passed") else "checks not passed"]
    for check in _list_objects(data.get("checks")):
        mark = "✓" if check.get("passed") else "✗"
        lines.append(f"  {mark} {check.get('name')} {check.get('message') or ''}".rstrip())
    return "\n".join(lines)


def describe_inspection(data: dict[str, Any]) -> str:
    """A line for each module and tensor."""
    if data.get("error"):
        return f"nothing to inspect: {data['error']}"
    lines = [
        f"{each.get('name') or '(model)'}  {each.get('type')}  {each.get('parameters')} parameters"
        for each in _list_objects(data.get("modules"))
    ]
    for each in _list_objects(data.get("tensors")):
        sizes = each.get("shape")
        shape = "×".join(str(size) for size in sizes) if isinstance(sizes, list) and sizes else "scalar"
        lines.append(f"{each.get('name')}  {shape}  {each.get('dtype')}{_describe_statistics(each.get('statistics'))}")
    return "\n".join(lines) or "nothing to inspect"


def _list_objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _describe_statistics(found: object) -> str:
    if not isinstance(found, dict):
        return ""
    names = [name for name in ("min", "mean", "max", "std") if name in found]
    return "  " + "  ".join(f"{name} {describe_number(read_value(found[name]))}" for name in names)


def describe_number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return f"{value:.4g}" if math.isfinite(value) else ("∞" if value > 0 else "-∞")


def describe_time(seconds: float) -> str:
    """Seconds, minutes or hours, whichever reads best."""
    if seconds < 99:
        return f"{max(seconds, 0):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
