"""A draft whose base is no longer the newest is brought together with what was published since: nothing is lost unseen."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from apps.accounts.models import User

from .comparing import Row, compare
from .drafting import keep_draft
from .merging import Conflict, Piece, join, merge_files, merge_texts
from .models import Chapter, Draft, Revision


class Overtaken(Exception):
    """Somebody published, or the draft changed, after the merge was shown: it has to be looked at anew."""


@dataclass(frozen=True)
class Reconciliation:
    """What becomes of a draft on top of `newest`. `pieces` are of the text, `files` the names that both have changed."""

    draft: Draft
    newest: Revision
    since: list[Revision]
    pieces: list[Piece]
    figures: dict[str, str]
    files: list[str]

    @property
    def conflicts(self) -> list[Conflict]:
        return [piece for piece in self.pieces if isinstance(piece, Conflict)]

    @property
    def places(self) -> int:
        """In how many places both have changed the same."""
        return len(self.conflicts) + len(self.files)

    @property
    def changes(self) -> list[Row]:
        """What the merged text would change for readers; conflicts as the draft has them."""
        ours = ["".join(conflict.ours) for conflict in self.conflicts]
        return compare(self.newest.source, join(self.pieces, ours))


def is_behind(draft: Draft) -> bool:
    """Whether something was published since the draft was begun."""
    return draft.chapter.live is not None and draft.chapter.live.number != draft.base


def reconcile(draft: Draft) -> Reconciliation:
    """The draft, its chapter and live revision loaded, merged with what is live; writes nothing. Two queries."""
    newest = draft.chapter.live_revision
    base = draft.chapter.revisions.filter(number=draft.base).first()
    source, figures = (base.source, base.figures) if base else ("", {})
    since = draft.chapter.revisions.filter(number__gt=draft.base).select_related("author").order_by("number")
    merged, files = merge_files(figures, draft.figures, newest.figures)
    pieces = merge_texts(source, draft.source.rstrip() + "\n", newest.source)
    return Reconciliation(draft, newest, list(since.only("number", "note", "author", "origin")), pieces, merged, files)


@transaction.atomic
def settle(
    *, chapter: Chapter, editor: User, version: uuid.UUID, onto: int, chosen: Sequence[str], theirs: Sequence[str]
) -> Draft:
    """The merged text becomes the editor's draft, written on revision `onto`. `chosen` are the texts for its conflicts in
    their order, `theirs` the names of files to take as published. Raises `Overtaken`, with nothing changed.
    """
    chapter = Chapter.objects.select_for_update(of=("self",)).select_related("live", "course").get(pk=chapter.pk)
    draft = Draft.objects.select_for_update().get(chapter=chapter, editor=editor)
    draft.chapter = chapter
    live = draft.chapter.live
    if draft.version != version or live is None or live.number != onto:
        raise Overtaken
    merge = reconcile(draft)
    if len(chosen) != len(merge.conflicts):
        raise Overtaken
    taken = {name: live.figures[name] for name in merge.files if name in theirs and name in live.figures}
    left = {name for name in merge.files if name in theirs and name not in live.figures}
    figures = {name: content for name, content in (merge.figures | taken).items() if name not in left}
    return keep_draft(
        chapter=draft.chapter,
        editor=editor,
        source=join(merge.pieces, chosen),
        base=onto,
        version=version,
        figures=figures,
    )
