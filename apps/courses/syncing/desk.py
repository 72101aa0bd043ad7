"""A course's folder as it is written to; in a dry run everything but written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from apps.courses.exporting import write_file
from apps.courses.folders import BESIDE, CHAPTER, PICTURES

from .state import State


@dataclass
class Desk:
    folder: Path
    state: State
    dry_run: bool

    def write(self, name: str, content: bytes) -> None:
        if not self.dry_run:
            write_file(self.folder / name, content)

    def write_chapter(self, files: Mapping[str, bytes]) -> None:
        """The files of one chapter by path, its text last; what was beside it and is not among them goes."""
        texts = [name for name in files if name.endswith(f"/{CHAPTER}")]
        for name in sorted(files, key=lambda each: each in texts):
            self.write(name, files[name])
        for text in texts if not self.dry_run else ():
            for path in (self.folder / text).parent.iterdir():
                if path.suffix in (*BESIDE, *PICTURES) and f"{path.parent.name}/{path.name}" not in files:
                    path.unlink()

    def rename(self, before: Path, name: str) -> None:
        if not self.dry_run:
            before.rename(before.with_name(name))

    def agree(self, *, slug: str = "", on: str) -> None:
        """From now on this is what both have in common: of a chapter, or of course.md."""
        if slug:
            self.state.chapters[slug] = on
        else:
            self.state.course = on
        if not self.dry_run:
            self.state.write(self.folder)
