"""What is asked and not done. Each text says why, and what to do instead."""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """Nothing was changed. `status` is the HTTP status that says so; `retry_after_s` when to come back, if ever."""

    status: ClassVar[int] = 403

    def __init__(self, text: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class NotAllowed(Refusal):
    """It is not theirs to do."""


class NotNow(Refusal):
    """It could be done if things stood otherwise."""

    status = 409


class Unfit(Refusal):
    """What was sent cannot be taken as it is."""

    status = 422


class TooMany(Refusal):
    """They have to wait."""

    status = 429
