"""What keeps a command from its end: one sentence for the person, one code for the shell."""

from __future__ import annotations


class Failure(Exception):
    """Ends the command. The text says what happened and what to do."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code
