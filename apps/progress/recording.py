"""Keeping what a reader has read and where they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.courses.models import Item
from apps.quizzes.visits import Mark, Reader, Visit

from .models import Place, SectionRead


class UnknownSection(ValueError):
    """A key that is no section of the chapter and never was one."""


def record(*, reader: Reader, sections: Mapping[str, Item], read: Collection[str], place: str | None) -> None:
    """Keep sections as read and one as the place. `sections` are those of one chapter, by key, retired ones included.

    Saying the same again changes nothing but the time of the place. Raises `UnknownSection`, and keeps nothing, when
    a key is not among `sections`.
    """
    for key in [*read, *([place] if place else [])]:
        if key not in sections:
            raise UnknownSection(f"This chapter has no section “{key}”. Reload the page and go on reading.")
    now = timezone.now()
    if isinstance(reader, Visit):
        note(reader, sections, read, place, now)
    else:
        keep(reader, sections, read, place, now)


def note(visit: Visit, sections: Mapping[str, Item], read: Collection[str], place: str | None, now: datetime) -> None:
    if not sections:
        return
    chapter = next(iter(sections.values())).chapter_id
    with visit.noting(chapter) as notes:
        notes["read"] = {**dict.fromkeys(read, now.isoformat()), **notes["read"]}
        if place:
            notes["place"] = Mark(key=place, at=now.isoformat())


@transaction.atomic
def keep(user: User, sections: Mapping[str, Item], read: Collection[str], place: str | None, now: datetime) -> None:
    keep_sections(user=user, read={sections[key].pk: now for key in read})
    if place:
        keep_place(user=user, item=sections[place], at=now)


def keep_sections(*, user: User, read: Mapping[int, datetime]) -> None:
    """Sections by item id with the time they were read; the first time that was kept stands. One query."""
    rows = [SectionRead(user=user, item_id=item, read_at=at) for item, at in read.items()]
    SectionRead.objects.bulk_create(rows, ignore_conflicts=True)


def keep_place(*, user: User, item: Item, at: datetime) -> None:
    """The place in the item's chapter, unless a newer one is kept. Two queries, right in whatever order they race."""
    place = Place(user=user, chapter_id=item.chapter_id, item=item, updated_at=at)
    Place.objects.bulk_create([place], ignore_conflicts=True)
    older = Place.objects.filter(user=user, chapter_id=item.chapter_id, updated_at__lt=at)
    older.update(item=item, updated_at=at)
