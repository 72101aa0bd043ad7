"""Finishing a chapter."""

from __future__ import annotations

from django.db import transaction

from apps.accounts.models import User

from .access import Reading, load_reading
from .models import Finish
from .standing import list_missing


@transaction.atomic
def finish(*, user: User, course: str, chapter: str) -> Reading:
    """Finish the chapter if nothing is missing; how the student stands in it then. 404 for an unreadable chapter.

    A chapter once finished stays so, whatever is added to its text later. Finishing twice is finishing once.
    """
    reading = load_reading(user, course, chapter)
    if reading.standing.finished_at or list_missing(reading.text, reading.standing):
        return reading
    Finish.objects.bulk_create([Finish(user=user, chapter_id=reading.chapter.id)], ignore_conflicts=True)
    return load_reading(user, course, chapter)
