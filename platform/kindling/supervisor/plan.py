"""What `up` was asked to start, checked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from django.conf import settings

from kindling.embedded.addresses import name_site, name_valkey
from kindling.embedded.secrets import Secrets
from kindling.embedded.sockets import name_socket_folder
from kindling.supervisor.refusal import Refusal

ANYWHERE = {"0.0.0.0", "::"}  # noqa: S104  (compared, not bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The settings that `up` and its programs need."""

    root: Path
    data: Path
    host: str
    port: int
    slots: int
    database_url: str
    given_database: bool
    valkey_url: str
    given_valkey: bool
    secrets: Secrets
    secret_key: str
    ticket_key: str
    handed_on: Mapping[str, str]
    accelerators: int = 0
    """GPUs, or slices of such, of this machine; known once its runner was asked."""

    @classmethod
    def read(cls) -> Self:
        """From Django's settings. Raises `Refusal` for a value that makes no sense."""
        return cls(
            root=settings.ROOT,
            data=settings.DATA,
            host=settings.HOST,
            port=_read_number("PORT", settings.PORT, 1, 65534),
            slots=_read_number("KINDLING_SLOTS", settings.SLOTS, 1, 64),
            database_url=settings.DATABASE_URL,
            given_database=settings.GIVEN_DATABASE,
            valkey_url=settings.VALKEY_URL,
            given_valkey=settings.GIVEN_VALKEY,
            secrets=settings.SECRETS,
            secret_key=settings.SECRET_KEY,
            ticket_key=settings.TICKET_KEY,
            handed_on=settings.HANDED_ON,
        )

    @property
    def streams_port(self) -> int:
        return self.port + 1

    @property
    def address(self) -> str:
        """Where a person's browser on this machine finds the site."""
        return f"{name_site(self.host, self.port)}/"

    @property
    def logs(self) -> Path:
        return self.data / "log"

    @property
    def runner_socket(self) -> Path:
        return name_socket_folder(self.data) / "runner.sock"

    @property
    def hosts(self) -> str:
        """Under which names the site answers: as told, else those of this machine and the one it listens on."""
        here = ["localhost", "127.0.0.1", "[::1]"]
        listening = [] if self.host in ANYWHERE else [f"[{self.host}]" if ":" in self.host else self.host]
        return self.handed_on.get("KINDLING_HOSTS") or ",".join(dict.fromkeys([*here, *listening]))

    def name_valkey(self, user: str) -> str:
        """The VALKEY_URL of one side of the wall; a server that was given has one user for all."""
        if self.given_valkey:
            return self.valkey_url
        return name_valkey(self.data, user=user, password=getattr(self.secrets, f"valkey_{user}"))


def _read_number(name: str, text: str, least: int, most: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise Refusal(f"{name}={text} makes no sense: it is a number from {least} to {most}.")
    return int(text)


def list_search_path(root: Path) -> str:
    """PYTHONPATH of the web side's processes: platform/ is a folder, not a package."""
    return os.pathsep.join([str(root / "platform"), str(root)])
