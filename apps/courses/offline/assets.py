"""Styles and scripts of the front end as they were built."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles import finders


class NotBuilt(Exception):
    """The front end has not been built, and pages would come without their looks."""

    def __str__(self) -> str:
        return "The front end has not been built: run npm run build (make up does) and try again."


def read_built(name: str) -> bytes:
    """Raises `NotBuilt`."""
    found = finders.find(f"build/{name}")
    if not isinstance(found, str):
        raise NotBuilt
    return Path(found).read_bytes()
