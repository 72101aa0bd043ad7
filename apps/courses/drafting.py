"""What an editor is writing is kept on the server, so that a closed tab or a refused save loses no word."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import transaction

from apps.accounts.models import User

from .dialect import outline_blank
from .models import Chapter, Draft, Review, Schedule


class DraftOvertaken(Exception):
    """The words build on a draft that is no longer the `newest`: the same editor has written more in another tab."""

    def __init__(self, newest: Draft | None) -> None:
        super().__init__("the draft has changed since")
        self.newest = newest


@transaction.atomic
def keep_draft(
    *,
    chapter: Chapter,
    editor: User,
    source: str,
    base: int,
    version: uuid.UUID | None,
    figures: Mapping[str, str] | None = None,
) -> Draft:
    """Makes `source` the editor's draft, if `version` is that of the draft on which it builds (None: on none).

    The files beside it stay as they are unless `figures` are given; a first draft has those of the live text. The same
    text sent twice, its first answer lost, is kept once. Raises `DraftOvertaken`, with nothing changed.
    """
    Chapter.objects.select_for_update(no_key=True).get(pk=chapter.pk)  # two first saves wait for each other
    draft = Draft.objects.filter(chapter=chapter, editor=editor).first()
    if draft is None:
        if version is not None:
            raise DraftOvertaken(None)
        draft = Draft(chapter=chapter, editor=editor, figures=chapter.live.figures if chapter.live else {})
    elif draft.version != version and draft.source != source:
        raise DraftOvertaken(draft)
    if draft.pk is None or (draft.source, draft.base) != (source, base):
        draft.version = uuid.uuid4()
    draft.source, draft.base = source, base
    draft.figures = draft.figures if figures is None else dict(figures)
    draft.save()
    return draft


def discard_draft(*, chapter: Chapter, editor: User) -> None:
    Draft.objects.filter(chapter=chapter, editor=editor).delete()


def begin_text(chapter: Chapter) -> str:
    """What an editor starts from: the live text, or the bare bones of a chapter that has none."""
    return chapter.live.source if chapter.live else outline_blank(chapter.title)


def return_text(waiting: Review | Schedule) -> None:
    """What waited and does not go live is its author's draft again, unless they have begun another meanwhile."""
    if not Draft.objects.filter(chapter=waiting.chapter, editor=waiting.author).exists():
        keep_draft(
            chapter=waiting.chapter,
            editor=waiting.author,
            source=waiting.source,
            base=waiting.base,
            version=None,
            figures=waiting.figures,
        )
