"""`PYTHONPATH=platform python3 -m kindling.deploy FOLDER`: writes what docker-compose.yml reads its secrets from.

`compose.env` (one file, for its owner only) and `users.acl` (hashes only). Values that are there stay. Standard library only:
it runs before anything is installed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from secrets import token_urlsafe

from kindling.embedded.rights import describe_users
from kindling.embedded.secrets import Secrets


def main() -> int:
    if len(sys.argv) != 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    secrets = Secrets.ensure(folder)
    environment = folder / "compose.env"
    if not environment.exists():
        _write(environment, describe_environment(secrets, database_password=token_urlsafe(32)), 0o600)
    _write(folder / "users.acl", describe_users(secrets), 0o644)  # Valkey reads it as another user
    return 0


def describe_environment(secrets: Secrets, *, database_password: str) -> str:
    """The variables that docker-compose.yml asks for, a line each."""
    values = {
        "POSTGRES_PASSWORD": database_password,
        "KINDLING_SECRET_KEY": secrets.secret_key,
        "KINDLING_TICKET_KEY": secrets.ticket_key,
        "VALKEY_WEB_PASSWORD": secrets.valkey_web,
        "VALKEY_WORKER_PASSWORD": secrets.valkey_worker,
        "VALKEY_STREAMS_PASSWORD": secrets.valkey_streams,
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _write(path: Path, text: str, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)


if __name__ == "__main__":
    sys.exit(main())
