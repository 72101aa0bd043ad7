"""Where the embedded engines of a data folder answer. Pure names: nothing is created, nothing is asked."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from kindling.embedded.sockets import name_socket_folder

HERE = {"0.0.0.0", "::", "127.0.0.1", "::1"}  # noqa: S104  (compared, not bound)
USER = "kindling"
DATABASE = "kindling"


def name_database(data: Path) -> str:
    """The DATABASE_URL of the database that this data folder's Postgres serves."""
    return f"postgresql://{USER}@/{DATABASE}?host={quote(str(name_socket_folder(data)), safe='/')}"


def name_valkey(data: Path, *, user: str, password: str) -> str:
    """The VALKEY_URL with which this user reaches the Valkey of the data folder."""
    return f"unix://{user}:{quote(password, safe='')}@{name_valkey_socket(data)}?db=0"


def name_valkey_socket(data: Path) -> Path:
    return name_socket_folder(data) / "valkey.sock"


def name_site(host: str, port: int | str) -> str:
    """Where a browser on this machine finds a site that listens there, without a slash at the end."""
    name = "localhost" if host in HERE else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"
