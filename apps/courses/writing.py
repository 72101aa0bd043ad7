"""What the editing page shows: a text, what is wrong with it, what somebody else did meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from .comparing import Change, compare
from .dialect import BadChapter, compile_chapter
from .models import Chapter, Draft, Revision
from .publishing import StaleBase


class Remark(NamedTuple):
    """A problem with the line it is about; `line` 0 and no `text` when it is about all of it."""

    line: int
    message: str
    text: str = ""


@dataclass(frozen=True)
class Overtaken:
    """The revision that somebody else published meanwhile, and what it changed."""

    newest: Revision
    changes: list[Change]


@dataclass
class Writing:
    """The state of the page. `base` is the revision that the text was written on."""

    chapter: Chapter
    source: str
    base: int
    note: str = ""
    draft: Draft | None = None
    remarks: list[Remark] = field(default_factory=list)
    overtaken: Overtaken | None = None
    preview: SafeString | None = None

    @property
    def figures(self) -> dict[str, str]:
        """Those that the text may refer to: what the live revision has."""
        return self.chapter.live.figures if self.chapter.live else {}

    def look(self) -> None:
        """Fills `preview`, or `remarks` when the text cannot be shown. Writes nothing."""
        address = f"{self.chapter.course.slug}/{self.chapter.slug}"
        try:
            compiled = compile_chapter(self.source, figures=self.figures, address=address)
            self.preview = mark_safe(compiled.html)  # noqa: S308  made safe by the dialect
        except BadChapter as bad:
            self.refuse(bad)

    def refuse(self, bad: BadChapter) -> None:
        lines = ["", *self.source.splitlines()]
        self.remarks = [
            Remark(line, message, lines[line].strip()[:80] if line < len(lines) else "")
            for line, message in bad.problems
        ]

    def yield_to(self, stale: StaleBase) -> None:
        """Says who published what since `base`; the text stays as it is."""
        before = self.chapter.revisions.filter(number=self.base).values_list("source", flat=True).first() or ""
        self.overtaken = Overtaken(stale.newest, compare(before, stale.newest.source))
