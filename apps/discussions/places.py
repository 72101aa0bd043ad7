"""Where in a chapter a thread stands: read from an address, called by its name, led back to in the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count
from django.urls import reverse

from apps.courses.models import Chapter, Item
from apps.courses.reading import list_items
from apps.runs.models import Run

from .access import list_public_threads
from .models import Thread

Anchor = Thread.Anchor
WHOLE = (Anchor.CHAPTER, "")
ITEMS: Mapping[str, Sequence[Item.Kind]] = {
    Anchor.SECTION: [Item.Kind.SECTION],
    Anchor.QUIZ: [Item.Kind.QUIZ],
    Anchor.LISTING: [Item.Kind.LISTING, Item.Kind.PROJECT],
}
"""What of a text each kind of place may be; a project has a listing, too."""
NAMES: Mapping[str, str] = {
    Anchor.SECTION: "section",
    Anchor.QUIZ: "question",
    Anchor.LISTING: "listing",
    Anchor.RUN: "run",
}
MOST_LINES = 9_999


class NoSuchPlace(Exception):
    """The chapter holds nothing under this name."""


@dataclass(frozen=True)
class Place:
    """`name` is for people; `address` leads to it, or to the chapter's beginning where it has left the text."""

    kind: str
    key: str
    name: str
    address: str
    is_there: bool = True

    @property
    def loss(self) -> str:
        """What to say of one that is not there."""
        return "which is not there any more" if self.kind == Anchor.RUN else "which has left the text"

    def __str__(self) -> str:
        """As it stands in addresses and forms."""
        return f"{self.kind}:{self.key}"


def find_place(chapter: Chapter, text: str) -> Place | None:
    """What `str` made of one, in this chapter's text; None for "", the whole chapter. One query.

    Raises `NoSuchPlace` for what is not, or no longer, there. Whether a run may be seen is for others to ask.
    """
    if not text:
        return None
    kind, key = read_anchor(text)
    place = describe_places([Thread(pk=0, chapter=chapter, anchor_kind=kind, anchor_key=key)])[0]
    if not place.is_there:
        raise NoSuchPlace(f"The chapter holds no {kind} of this name any more. Open a thread about the whole chapter.")
    return place


def read_anchor(text: str) -> tuple[Thread.Anchor, str]:
    """Kind and key, checked for their form alone. Raises `NoSuchPlace`."""
    kind, _, key = text.partition(":")
    if kind not in NAMES or not key or len(key) > 80 or not key.isprintable():
        raise NoSuchPlace("There is no such place in this chapter.")
    if kind == Anchor.RUN:
        return Anchor.RUN, str(read_run_id(key))
    _, colon, line = key.partition(":")
    if colon and not (kind == Anchor.LISTING and line.isascii() and line.isdigit() and 0 < int(line) <= MOST_LINES):
        raise NoSuchPlace("There is no such line in this chapter.")
    return Anchor(kind), key


def read_run_id(text: str) -> UUID:
    """Raises `NoSuchPlace`."""
    try:
        return UUID(text)
    except ValueError:
        raise NoSuchPlace("There is no such run.") from None


def describe_places(threads: Iterable[Thread]) -> dict[int, Place]:
    """By the threads' ids, `chapter.course` loaded; those about a whole chapter are left out. At most two queries."""
    placed = [thread for thread in threads if thread.anchor_kind != Anchor.CHAPTER]
    runs = {thread.anchor_key for thread in placed if thread.anchor_kind == Anchor.RUN}
    kept = {str(each) for each in Run.objects.filter(pk__in=runs).values_list("pk", flat=True)} if runs else set()
    items = _find_items([thread for thread in placed if thread.anchor_kind != Anchor.RUN])
    return {
        thread.pk: _describe_run(thread, kept) if thread.anchor_kind == Anchor.RUN else _describe_item(thread, items)
        for thread in placed
    }


def list_choices(chapter: Chapter) -> list[tuple[str, str]]:
    """The sections that a thread can be about, for a form. One query."""
    sections = list_items(chapter, Item.Kind.SECTION).values_list("key", "title")
    return [("", "The whole chapter"), *((f"{Anchor.SECTION}:{key}", title) for key, title in sections)]


def count_at_places(chapter: Chapter) -> dict[str, int]:
    """How many threads everybody can read at each section and listing, its lines included. One query, by an index."""
    threads = list_public_threads().filter(chapter=chapter, anchor_kind__in=[Anchor.SECTION, Anchor.LISTING])
    counts: dict[str, int] = {}
    rows = threads.order_by().values_list("anchor_kind", "anchor_key").annotate(count=Count("pk"))
    for kind, key, count in rows:
        name = f"{kind}:{key.partition(':')[0]}"
        counts[name] = counts.get(name, 0) + count
    return counts


Items = Mapping[tuple[int, str], tuple[str, str, bool]]
"""By chapter and key: kind, title, and whether the text still holds it."""


def _find_items(threads: Sequence[Thread]) -> Items:
    if not threads:
        return {}
    keys = {thread.anchor_key.partition(":")[0] for thread in threads}
    found = Item.objects.filter(chapter__in={thread.chapter_id for thread in threads}, key__in=keys)
    rows = found.values_list("chapter", "key", "kind", "title", "retired_at")
    return {(chapter, key): (kind, title, retired is None) for chapter, key, kind, title, retired in rows}


def _describe_item(thread: Thread, items: Items) -> Place:
    key, _, line = thread.anchor_key.partition(":")
    kind, title, is_there = items.get((thread.chapter_id, key), ("", "", False))
    is_there = is_there and kind in ITEMS[thread.anchor_kind]
    name = f"{NAMES[thread.anchor_kind]} “{title or key}”{f', line {line}' if line else ''}"
    address = thread.chapter.get_absolute_url() + (f"#{key}" if is_there else "")
    return Place(str(thread.anchor_kind), thread.anchor_key, name, address, is_there)


def _describe_run(thread: Thread, kept: set[str]) -> Place:
    is_there = thread.anchor_key in kept
    address = reverse("runs:run", args=[thread.anchor_key]) if is_there else thread.chapter.get_absolute_url()
    return Place(Anchor.RUN.value, thread.anchor_key, "a run", address, is_there)
