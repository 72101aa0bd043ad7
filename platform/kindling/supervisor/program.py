"""What the supervisor runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals

from kindling.embedded.birth import Identity
from kindling.embedded.engine import Engine


def do_nothing() -> None:
    """A program without preparation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One long-running process: how it is started, and how it is ended."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    """All that it gets; nothing is inherited."""
    identity: Identity | None = None
    prepare: Callable[[], None] = do_nothing
    """Runs before every start; raises `DidNotStart` where there is no point in trying."""
    stop_signal: Signals = SIGTERM
    orphan_signal: Signals = SIGKILL
    """What it gets from the kernel when the supervisor dies."""
    patience: float = 5
    """Seconds from the stop signal to SIGKILL."""

    @classmethod
    def of(cls, engine: Engine) -> Program:
        """The program of an embedded engine, which ends in order even when its supervisor does not."""
        return cls(
            name=engine.name,
            command=engine.command,
            folder=engine.folder,
            identity=engine.identity,
            prepare=engine.prepare,
            stop_signal=engine.stop_signal,
            orphan_signal=engine.stop_signal,
            patience=20,
        )
