"""Fences that hold TOML."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from .nodes import Fence
from .problems import Problems

LONGEST = 40_000
_AT_LINE = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)")


def read_toml(fence: Fence, what: str, problems: Problems) -> dict[str, Any] | None:
    """What the fence says; None for what is not TOML, which goes to `problems` at its line. `what` names it: “The checks are”."""
    if len(fence.code) > LONGEST:
        problems.add(fence.line, f"{what} over {LONGEST:,} characters long: shorten them.")
        return None
    try:
        return tomllib.loads(fence.code)
    except RecursionError:
        problems.add(fence.line, f"{what} too deep inside one another: write fewer brackets.")
        return None
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.fullmatch(str(error))
        line = fence.line + int(found["line"]) if found and found["line"] else fence.line
        problems.add(line, f"{what} not TOML here: {found['what'] if found else error}.")
        return None
