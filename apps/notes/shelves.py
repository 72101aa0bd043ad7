"""How notes and bookmarks are shown: to scripts as plain data, on pages by chapter, and as Markdown to take away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.urls import reverse

from apps.accounts.models import User

from .access import list_bookmarks
from .models import Bookmark, Note

RECENT = 6


@dataclass(frozen=True)
class Shelf:
    """The notes of one chapter, in the order of its text."""

    title: str
    course: str
    url: str
    notes_url: str
    notes: list[Note]


@dataclass(frozen=True)
class Mark:
    """A bookmark: what it is on, in which chapter, and where that is found."""

    title: str
    within: str
    url: str
    course: str
    chapter: str
    section: str


def shelve(notes: Iterable[Note]) -> list[Shelf]:
    """Notes as `list_notes` gives them, by chapter. No query."""
    return [_make_shelf(list(some)) for _, some in groupby(notes, key=lambda note: note.chapter_id)]


def describe(note: Note) -> dict[str, Any]:
    """A note as the chapter page's script knows it."""
    shown = ("quote", "prefix", "suffix", "start", "end", "kind", "body", "edition")
    url = reverse("notes:note", args=[note.pk])
    return {"id": note.pk, "section": note.section.key, "title": note.section.title, "url": url} | {
        name: getattr(note, name) for name in shown
    }


def describe_bookmark(bookmark: Bookmark) -> Mark:
    chapter, section = bookmark.chapter, bookmark.section
    place = [chapter.course.slug, chapter.slug]
    url = reverse("progress:chapter", args=place)
    if section is None:
        return Mark(chapter.title, chapter.course.title, url, *place, "")
    anchor = "" if section.retired_at else f"#{section.key}"
    return Mark(section.title, chapter.title, f"{url}{anchor}", *place, section.key)


def list_recent_bookmarks(reader: object) -> list[Mark]:
    """A student's newest bookmarks, for the home page; a visitor has none. One query, or none."""
    return [describe_bookmark(each) for each in list_bookmarks(reader)[:RECENT]] if isinstance(reader, User) else []


def write_markdown(notes: Iterable[Note], bookmarks: Iterable[Bookmark], *, site: str) -> str:
    """All of it as one Markdown document; `site` is put before every address."""
    return "\n".join(_write_lines(notes, bookmarks, site)).rstrip() + "\n"


def _write_lines(notes: Iterable[Note], bookmarks: Iterable[Bookmark], site: str) -> Iterator[str]:
    yield from ("# Notes from Kindling", "")
    for shelf in shelve(notes):
        yield from (f"## {shelf.course}: {shelf.title}", "", f"<{site}{shelf.url}>", "")
        for section, some in groupby(shelf.notes, key=lambda note: note.section):
            yield from (f"### {section.title}", "")
            for note in some:
                yield from _write_note(note)
    if marks := [describe_bookmark(each) for each in bookmarks]:
        yield from ("## Bookmarks", "")
        yield from (f"- [{mark.title}]({site}{mark.url}) ({mark.within})" for mark in marks)


def _write_note(note: Note) -> Iterator[str]:
    if note.quote:
        yield from (*(f"> {line}".rstrip() for line in note.quote.split("\n")), "")
    yield from (f"*{note.get_kind_display()}*{f': {note.body}' if note.body else ''}", "")


def _make_shelf(notes: list[Note]) -> Shelf:
    chapter = notes[0].chapter
    place = [chapter.course.slug, chapter.slug]
    return Shelf(
        chapter.title,
        chapter.course.title,
        reverse("progress:chapter", args=place),
        reverse("notes:chapter", args=place),
        notes,
    )
