"""What a supervisor needs to know of an engine."""

from __future__ import annotations

from pathlib import Path
from signal import Signals
from typing import Protocol

from kindling.embedded.birth import Identity


class DidNotStart(RuntimeError):
    """An engine does not run; the text is one sentence for the person who started it."""


class Engine(Protocol):
    """An embedded server. The order: `prepare`, start `command` as `identity`, wait until `answers`."""

    name: str
    stop_signal: Signals
    """Ends it in order, with everything on disk."""

    @property
    def folder(self) -> Path:
        """Where its data lies, and where it runs."""

    @property
    def command(self) -> list[str]: ...

    @property
    def identity(self) -> Identity | None: ...

    def prepare(self) -> None:
        """Creates what is missing and clears what a killed one left. Before every start."""

    def answers(self) -> bool:
        """Whether it serves requests now."""
