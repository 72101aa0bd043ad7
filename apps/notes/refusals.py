"""What is asked of notes and not done. Each text says why, and what to do instead; pages and scripts show it."""

from __future__ import annotations

from typing import ClassVar

from .models import Note


class Refusal(Exception):
    """Nothing was changed. `status` is the HTTP status that says so."""

    status: ClassVar[int] = 400


class BadNote(Refusal):
    """What was sent is no note."""


class TooMany(Refusal):
    """The student keeps as much as fits."""

    status = 409


class Overtaken(Refusal):
    """The note was changed on another page since; `newest` is what stands there now."""

    status = 409

    def __init__(self, newest: Note) -> None:
        super().__init__("You changed this note on another page since. Look at both, then save again.")
        self.newest = newest
