"""One log file a program, kept under a size: `<data>/log/<name>.log`, and the part before it as `<name>.log.1`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO

LARGEST = 8 * 1024 * 1024


class Logs:
    """The folder of the logs. Programs append to their file themselves, so a dead supervisor loses no line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)

    def name(self, program: str) -> Path:
        return self.folder / f"{program}.log"

    def open(self, program: str) -> BinaryIO:
        return self.name(program).open("ab", buffering=0)

    def trim(self) -> None:
        """Moves what has grown too large aside. The file itself stays, since a program holds it open."""
        for path in self.folder.glob("*.log"):
            if path.stat().st_size > LARGEST:
                shutil.copyfile(path, path.with_suffix(".log.1"))
                os.truncate(path, 0)

    def read_last_line(self, program: str) -> str:
        """The last line that says something, cut to one screen line; "" when there is none."""
        try:
            with self.name(program).open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
                lines = file.read().decode(errors="replace").split("\n")
        except OSError:
            return ""
        return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "")
