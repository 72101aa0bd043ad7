"""What an editor is writing is kept on the server, so that a closed tab or a refused save loses no word."""

from __future__ import annotations

from apps.accounts.models import User

from .dialect import outline_blank
from .models import Chapter, Draft


def keep_draft(*, chapter: Chapter, editor: User, source: str, base: int) -> Draft:
    """The editor's one draft of this chapter is `source` from now on, written on revision `base`."""
    draft, _ = Draft.objects.update_or_create(chapter=chapter, editor=editor, defaults={"source": source, "base": base})
    return draft


def discard_draft(*, chapter: Chapter, editor: User) -> None:
    Draft.objects.filter(chapter=chapter, editor=editor).delete()


def begin_text(chapter: Chapter) -> str:
    """What an editor starts from: the live text, or the bare bones of a chapter that has none."""
    return chapter.live.source if chapter.live else outline_blank(chapter.title)
