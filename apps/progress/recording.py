"""Keeping what a reader has read and where they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.courses.models import Item
from apps.quizzes.visits import Mark, Reader, Visit

from .models import SectionRead


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
    keep_places(user=user, places={sections[place].pk: now} if place else {})


def keep_sections(*, user: User, read: Mapping[int, datetime]) -> None:
    """Sections by item id with the time they were read; the first time that was kept stands. One query.

    Always in one order, so that two requests of one student wait for each other and never in a circle.
    """
    rows = [SectionRead(user=user, item_id=item, read_at=at) for item, at in sorted(read.items())]
    SectionRead.objects.bulk_create(rows, ignore_conflicts=True)


def keep_places(*, user: User, places: Mapping[int, datetime]) -> None:
    """Places by item id with the time they were taken, one a chapter; a newer one that is kept stands. One query."""
    if places:
        with connection.cursor() as cursor:
            cursor.execute(KEEP_PLACES, {"user": user.pk, "items": [*places], "times": [*places.values()]})


# By hand, because Django's upsert knows no WHERE, without which an older place could overwrite a newer one.
KEEP_PLACES = """
INSERT INTO progress_place AS kept (user_id, chapter_id, item_id, updated_at)
SELECT %(user)s, item.chapter_id, item.id, place.at
FROM unnest(%(items)s::bigint[], %(times)s::timestamptz[]) AS place (item, at)
JOIN courses_item item ON item.id = place.item
ON CONFLICT (user_id, chapter_id) DO UPDATE SET item_id = excluded.item_id, updated_at = excluded.updated_at
WHERE kept.updated_at < excluded.updated_at
"""
