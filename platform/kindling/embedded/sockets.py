"""The folder of the Unix sockets: inside the data folder, or, where its path is too long for a socket, a private one
under the temporary folder."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path

LONGEST = 107 - len("/.s.PGSQL.5432")
"""Bytes that a folder's path may take: the kernel keeps 108 for a socket's path, with a closing NUL."""


class UnsafeFolder(RuntimeError):
    """The folder for the sockets belongs to somebody else."""


def name_socket_folder(data: Path) -> Path:
    """Where the sockets of this data folder lie; always the same answer for the same folder. Creates nothing."""
    inside = data / "run"
    if len(os.fsencode(inside)) <= LONGEST:
        return inside
    mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"kindling-{os.geteuid()}-{mark}"


def make_socket_folder(data: Path) -> Path:
    """Creates the folder for its owner alone. Raises `UnsafeFolder` where it exists and is not ours."""
    folder = name_socket_folder(data)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise UnsafeFolder(f"{folder} belongs to somebody else: remove it, or choose another KINDLING_DATA.")
    if found.st_mode & stat.S_IRWXO:
        folder.chmod(0o700)
    return folder
