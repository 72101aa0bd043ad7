"""The supervisor's voice: it alone numbers and dates what is told of a run."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from workers.protocol import Event

Speak = Callable[[str, dict[str, Any]], None]


class Teller:
    """Numbers and dates the events of one run. Nothing else may: `seq` has no gaps, `at` is the supervisor's clock."""

    def __init__(self, send: Callable[[Event], None]) -> None:
        self._send = send
        self._began = time.monotonic()
        self.seq = 0

    def speak(self, type_: str, data: dict[str, Any]) -> None:
        """Send the next event."""
        self.seq += 1
        self._send(Event(seq=self.seq, at=round(time.monotonic() - self._began, 4), type=type_, data=data))

    def notice(self, text: str) -> None:
        """Say something to the student that the run did not say."""
        self.speak("notice", {"text": text})
