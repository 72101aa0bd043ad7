"""The passwords and keys of an embedded installation: made once, kept in `<data>/secrets`, readable by its owner only."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from secrets import token_urlsafe
from typing import Self

FILE = "secrets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """Every value is random, URL-safe text with 256 bits, or "" while it has not been made."""

    secret_key: str = ""
    ticket_key: str = ""
    valkey_admin: str = ""
    valkey_web: str = ""
    valkey_worker: str = ""
    valkey_streams: str = ""

    @classmethod
    def read(cls, data: Path) -> Self:
        """What the file says; empty values where there is no file. Writes nothing."""
        try:
            lines = (data / FILE).read_text().splitlines()
        except OSError:
            return cls()
        known = {entry.name for entry in fields(cls)}
        pairs = (line.partition("=") for line in lines)
        return cls(**{name: value for name, _, value in pairs if name in known})

    @classmethod
    def ensure(cls, data: Path) -> Self:
        """The same, after making and keeping the values that were missing."""
        found = cls.read(data)
        values = {entry.name: getattr(found, entry.name) or token_urlsafe(32) for entry in fields(cls)}
        made = cls(**values)
        if made != found:
            _write(data / FILE, "".join(f"{name}={value}\n" for name, value in values.items()))
        return made


def _write(path: Path, text: str) -> None:
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
