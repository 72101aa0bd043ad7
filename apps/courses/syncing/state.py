"""What folder and site last had in common, kept in the folder itself: `.kindling-sync`.

It may be committed or ignored, and may be lost: then what the site has in its history is taken for the common state, and
what is not there counts as changed. So nothing is ever overwritten for want of it; there is only more to be merged by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from apps.courses.exporting import write_file

NAME = ".kindling-sync"


@dataclass
class State:
    """`course` is the text of course.md, `chapters` the prints of texts with their figures, by slug."""

    course: str = ""
    chapters: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> State:
        """An unreadable state is none."""
        try:
            kept = json.loads((folder / NAME).read_text(encoding="utf-8"))
            return cls(str(kept["course"]), {str(slug): str(each) for slug, each in kept["chapters"].items()})
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def write(self, folder: Path) -> None:
        text = json.dumps({"course": self.course, "chapters": dict(sorted(self.chapters.items()))}, indent=1)
        write_file(folder / NAME, f"{text}\n".encode())

    def find(self, slugs: Iterable[str]) -> str:
        """The print kept under any of a chapter's slugs, "" for none."""
        return next((self.chapters[slug] for slug in slugs if slug in self.chapters), "")
