"""What the chapter page sends while it is read."""

from __future__ import annotations

import json
from dataclasses import dataclass

MAX_BYTES = 16 * 1024


class BadRecord(ValueError):
    """A body that is not what a chapter page sends; its text says what was expected."""


@dataclass(frozen=True)
class Record:
    """`{"read": [section keys], "place": section key or null}`; either may be left out."""

    read: list[str]
    place: str | None

    @classmethod
    def parse(cls, body: bytes) -> Record:
        if len(body) > MAX_BYTES:
            raise BadRecord("That is more than a chapter has sections. Reload the page and go on reading.")
        try:
            sent = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise BadRecord("Send what was read as JSON.") from error
        read, place = (sent.get("read", []), sent.get("place")) if isinstance(sent, dict) else (None, None)
        if not isinstance(read, list) or not all(isinstance(key, str) for key in read):
            raise BadRecord("Send what was read as an object with a list of section keys under “read”.")
        if not isinstance(place, str | None):
            raise BadRecord("Send the place as the key of a section, or null.")
        return cls(read, place)
