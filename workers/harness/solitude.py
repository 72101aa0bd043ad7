"""On machines where a run is one process: says so, where code asks for another, before the kernel refuses it bare."""

from __future__ import annotations

import sys
from multiprocessing import synchronize
from typing import NoReturn

_BEGINNINGS = frozenset({"os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.system", "subprocess.Popen"})
"""What Python announces of itself before it starts a process."""

_SENTENCE = "on this machine a run is one process and cannot start others; use num_workers=0 in a DataLoader"


def explain() -> None:
    """Have every way to start a process raise `PermissionError` with a sentence. It explains; the kernel forbids."""
    sys.addaudithook(_listen)
    synchronize.SemLock.__init__ = _refuse  # type: ignore[method-assign]


def _listen(event: str, arguments: object) -> None:
    if event in _BEGINNINGS:
        raise PermissionError(_SENTENCE)


def _refuse(*arguments: object, **names: object) -> NoReturn:
    """A lock between processes is the first thing that their users make."""
    raise PermissionError(_SENTENCE)
