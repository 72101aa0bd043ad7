"""What the editing page shows: a text, what is wrong with it, what somebody else did meanwhile."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from apps.accounts.models import User

from .access import find_draft, find_open_review, find_pending
from .dialect import BadChapter, compile_chapter
from .drafting import DraftOvertaken, begin_text, keep_draft
from .models import Chapter, Draft, Review, Revision, Schedule
from .uploading import Shown, list_figures


class Remark(NamedTuple):
    """A problem with the line it is about; `line` 0 and no `text` when it is about all of it."""

    line: int
    message: str
    text: str = ""


@dataclass
class Writing:
    """The state of the page. `base` is the revision that the text was written on, `version` that of the draft it shows."""

    chapter: Chapter
    editor: User
    source: str
    base: int
    version: uuid.UUID | None = None
    note: str = ""
    word: str = ""
    draft: Draft | None = None
    newer: Draft | None = None
    remarks: list[Remark] = field(default_factory=list)
    stale: Revision | None = None
    preview: SafeString | None = None

    @classmethod
    def begin(cls, chapter: Chapter, editor: User) -> Writing:
        """The editor's draft, or what readers see."""
        draft = find_draft(chapter, editor)
        if draft:
            return cls(chapter, editor, draft.source, draft.base, draft.version, draft=draft)
        return cls(chapter, editor, begin_text(chapter), chapter.live.number if chapter.live else 0)

    @property
    def figures(self) -> dict[str, str]:
        """Those that the text may refer to: what stands beside the draft, else what the live revision has."""
        draft = self.draft or find_draft(self.chapter, self.editor)
        if draft:
            return dict(draft.figures)
        return self.chapter.live.figures if self.chapter.live else {}

    @property
    def files(self) -> list[Shown]:
        return list_figures(self.figures)

    @property
    def is_behind(self) -> bool:
        """Whether something was published since the text was begun."""
        return self.chapter.live is not None and self.chapter.live.number != self.base

    @property
    def review(self) -> Review | None:
        return find_open_review(self.chapter, self.editor)

    @property
    def pending(self) -> Schedule | None:
        return find_pending(self.chapter)

    def look(self) -> None:
        """Fills `preview`, or `remarks` when the text cannot be shown. Writes nothing."""
        try:
            self.preview = render_text(self.chapter, self.source, self.figures)
        except BadChapter as bad:
            self.refuse(bad)

    def refuse(self, bad: BadChapter) -> None:
        lines = ["", *self.source.splitlines()]
        self.remarks = [
            Remark(line, message, lines[line].strip()[:80] if line < len(lines) else "")
            for line, message in bad.problems
        ]

    def keep(self) -> bool:
        """Keeps the text as the editor's draft; whether it could be: else `newer` is what stands in its way."""
        try:
            self.draft = keep_draft(
                chapter=self.chapter, editor=self.editor, source=self.source, base=self.base, version=self.version
            )
        except DraftOvertaken as overtaken:
            self.newer = overtaken.newest
            self.remarks.append(Remark(0, tell_overtaken(overtaken)))
            return False
        self.version = self.draft.version
        return True


def render_text(chapter: Chapter, source: str, figures: Mapping[str, str]) -> SafeString:
    """The chapter as readers would see it. Raises `BadChapter`."""
    compiled = compile_chapter(source, figures=figures, address=f"{chapter.course.slug}/{chapter.slug}")
    return mark_safe(compiled.html)  # noqa: S308  made safe by the dialect


def tell_overtaken(overtaken: DraftOvertaken) -> str:
    if overtaken.newest is None:
        return "Not kept: this draft was published or discarded on another page. Your text is still here."
    return "Not kept: you wrote more on another page or device since. Look at both, then say which to keep."
