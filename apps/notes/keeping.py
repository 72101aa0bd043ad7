"""Notes are kept, changed, removed and brought back. What comes twice, by a double click or a lost answer, counts once."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.accounts.models import User
from apps.courses.models import Chapter, Item

from .limits import MAX_NOTES, MAX_NOTES_IN_CHAPTER, UNDO_FOR
from .models import Note
from .refusals import BadNote, Overtaken, TooMany


@dataclass(frozen=True, kw_only=True)
class Passage:
    """Where a note stands; `quote` is empty for the whole section. Offsets are in characters of the section's text."""

    quote: str = ""
    prefix: str = ""
    suffix: str = ""
    start: int = 0
    end: int = 0


@transaction.atomic
def keep(
    *, user: User, chapter: Chapter, section: Item | None, passage: Passage, kind: str, body: str, client_token: UUID
) -> Note:
    """A new note, or the one that this token has already made. Raises `BadNote`, and `TooMany`. Five queries."""
    if section is None:
        raise BadNote("This chapter has no such section. Reload the page, and mark the passage again.")
    if not (passage.quote or body):
        raise BadNote("Mark a passage or write something first.")
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two of one student take turns, so that limits hold
    if repeated := Note.objects.filter(user=user, client_token=client_token).first():
        return repeated
    _check_room(user, chapter)
    return Note.objects.create(
        user=user, chapter=chapter, section=section, kind=kind, body=body, client_token=client_token, **vars(passage)
    )


def change(*, note: Note, kind: str, body: str, edition: int) -> Note:
    """Other words or another kind for a note, if `edition` is the one that they build on. Raises `Overtaken`, `BadNote`.

    The same change sent twice, its first answer lost, is made once.
    """
    if not (note.quote or body):
        raise BadNote("A note on a whole section needs words. Delete it if you want it gone.")
    builds_on = Note.objects.filter(pk=note.pk, edition=edition, removed_at__isnull=True)
    if builds_on.update(kind=kind, body=body, edition=F("edition") + 1, changed_at=timezone.now()):
        note.refresh_from_db(fields=["kind", "body", "edition", "changed_at"])
        return note
    note.refresh_from_db(fields=["kind", "body", "edition", "changed_at"])
    if (note.kind, note.body) == (kind, body):
        return note
    raise Overtaken(note)


@transaction.atomic
def remove(*, note: Note) -> None:
    """Takes a note away; it can be brought back for a day. What was removed before that goes for good."""
    now = timezone.now()
    Note.objects.filter(user=note.user_id, removed_at__lt=now - UNDO_FOR).delete()
    Note.objects.filter(pk=note.pk).update(removed_at=now)


@transaction.atomic
def bring_back(*, note: Note) -> None:
    """Undoes the removal of a note. Raises `TooMany` when others have taken its place."""
    User.objects.select_for_update(no_key=True).get(pk=note.user_id)
    _check_room(note.user, note.chapter)
    Note.objects.filter(pk=note.pk).update(removed_at=None)


def _check_room(user: User, chapter: Chapter) -> None:
    kept = Note.objects.filter(user=user, removed_at__isnull=True)
    if kept.count() >= MAX_NOTES:
        raise TooMany(
            f"You keep {MAX_NOTES:,} notes, which is all that fit. Export and delete some that you are done with."
        )
    if kept.filter(chapter=chapter).count() >= MAX_NOTES_IN_CHAPTER:
        raise TooMany(
            f"You keep {MAX_NOTES_IN_CHAPTER} notes in this chapter, which is all that fit. Delete some first."
        )
