"""Every address that a search engine should know, with the time at which what it holds changed last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from django.urls import reverse

from apps.courses.models import Chapter

MOST = 50_000
"""What the protocol allows in one file."""


class Entry(NamedTuple):
    path: str
    changed_at: datetime


def list_entries(chapters: Sequence[Chapter]) -> list[Entry]:
    """Home, courses with their glossaries, and chapters; `chapters` come from `list_chapters`. No query."""
    return list(_list_entries(chapters))[:MOST]


def _list_entries(chapters: Sequence[Chapter]) -> Iterator[Entry]:
    if chapters:
        yield Entry(reverse("progress:home"), _find_last(chapters))
    for course, some in groupby(chapters, key=lambda chapter: chapter.course.slug):
        path = list(some)
        yield Entry(reverse("progress:course", args=[course]), _find_last(path))
        yield Entry(reverse("catalogue:glossary", args=[course]), _find_last(path))
        for chapter in path:
            yield Entry(chapter.get_absolute_url(), chapter.live_revision.created_at)


def _find_last(chapters: Sequence[Chapter]) -> datetime:
    return max(chapter.live_revision.created_at for chapter in chapters)
