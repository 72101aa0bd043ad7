"""Who has a chapter open for writing. A page says so every few seconds; one that falls silent is gone."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import User

from .models import Chapter, Presence

SILENCE = timedelta(seconds=25)  # the page speaks every eight: two words may be lost
LONGEST_SECTION = 200


def meet(*, chapter: Chapter, editor: User, section: str) -> list[Presence]:
    """Says that the editor is in this section now, and gives the others who are in the chapter. Three queries."""
    now, mine = timezone.now(), Presence.objects.filter(chapter=chapter, editor=editor)
    section = section[:LONGEST_SECTION]
    if not mine.filter(seen_at__gt=now - SILENCE).update(section=section, seen_at=now):
        since = {"section": section, "since": now, "seen_at": now}
        Presence.objects.update_or_create(chapter=chapter, editor=editor, defaults=since)
    return list(find_present().filter(chapter=chapter).exclude(editor=editor))


def leave(*, chapter: Chapter, editor: User) -> None:
    Presence.objects.filter(chapter=chapter, editor=editor).delete()


def find_present() -> QuerySet[Presence]:
    """Everybody who is writing now, with `editor` joined, the first to come first."""
    return Presence.objects.filter(seen_at__gt=timezone.now() - SILENCE).select_related("editor").order_by("since")
