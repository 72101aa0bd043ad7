"""Tracebacks that show the student's frames and the libraries', and none of ours."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TextIO

from workers.harness.wire import Wire

_OURS = os.path.dirname(os.path.dirname(__file__)) + os.sep  # noqa: PTH120
_MEMORY = (
    *("can't allocate memory", "not enough memory", "Cannot allocate memory", "bad_alloc"),
    *("CUDA out of memory", "CUDA error: out of memory"),
)


def show(error: BaseException, wire: Wire) -> None:
    """Print the traceback to stderr, and tell the supervisor the last line of it and whether memory was the matter."""
    try:
        if sys.excepthook is sys.__excepthook__:
            tell(error, sys.stderr)
        else:
            sys.excepthook(type(error), error, error.__traceback__)
    finally:
        wire.tell("end", {"message": sentence(error), "memory": _is_memory(error)})


def tell(error: BaseException, to: TextIO) -> None:
    """Write the traceback of `error`."""
    told = traceback.TracebackException.from_exception(error)
    _forget_ours(told, set())
    to.write("".join(told.format()))
    to.flush()


def sentence(error: BaseException) -> str:
    """The last line of the traceback, like `ValueError: no such layer`; 500 characters at most."""
    *_, last = traceback.TracebackException.from_exception(error, limit=0).format_exception_only()
    lines = [line for line in last.strip().splitlines() if line.strip()]
    return lines[0][:500] if lines else type(error).__name__


def _forget_ours(told: traceback.TracebackException | None, seen: set[int]) -> None:
    if told is None or id(told) in seen:
        return
    seen.add(id(told))
    kept = [frame for frame in told.stack if not frame.filename.startswith(_OURS)]
    told.stack = traceback.StackSummary.from_list(kept)
    _forget_ours(told.__cause__, seen)
    _forget_ours(told.__context__, seen)
    for inner in told.exceptions or ():
        _forget_ours(inner, seen)


def _is_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError | OSError) and any(words in str(error) for words in _MEMORY)
    )
