"""Lists of threads: of a chapter, of a course, of those that somebody opened or follows. Nothing here writes.

A page costs the same at any depth, because it goes on behind the values of the last thread, compared as a row by the
index that sorts the list. A course asks each of its chapters for its first, and sorts those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, FloatField, Func, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import Combinable

from apps.accounts.models import User
from apps.courses.models import Chapter, Course, Item
from apps.courses.reading import list_readable
from apps.quizzes.models import Attempt

from .access import Viewer, list_visible_threads
from .branches import Cursor, Order, read_cursor
from .models import Post, Thread
from .news import count_new
from .places import Place, describe_places, read_anchor

PAGE = 20
PINNED = 10


class Sort(StrEnum):
    ACTIVE = "active"
    NEWEST = "newest"
    OLDEST = "oldest"
    TOP = "top"
    UNANSWERED = "unanswered"
    RUN = "run"


class Behind(Func):
    """Whether a row stands behind a cursor: `(key, id) > (key of the cursor, its id)`, or < for lists that fall."""

    output_field = BooleanField()
    arity = 4

    def __init__(self, key: Combinable, cursor: Cursor, *, sign: str) -> None:
        super().__init__(key, F("pk"), Value(cursor.key), Value(cursor.post))
        self.sign = sign

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:  # type: ignore[override]
        (key, a), (row, b), (last, c), (post, d) = map(compiler.compile, self.source_expressions)
        return f"({key}, {row}) {self.sign} ({last}, {post})", (*a, *b, *c, *d)


class Way(NamedTuple):
    """What a list is sorted by, which way, and which threads it holds; a cursor is read as that of `order`."""

    key: str
    order: Order
    is_rising: bool = False
    only: Q = Q()


WAYS: Mapping[Sort, Way] = {
    Sort.ACTIVE: Way("active_at", Order.ACTIVE),
    Sort.NEWEST: Way("pk", Order.NEWEST),
    Sort.OLDEST: Way("pk", Order.OLDEST, is_rising=True),
    Sort.TOP: Way("falling", Order.TOP, is_rising=True),
    Sort.UNANSWERED: Way("pk", Order.NEWEST, only=Q(kind=Thread.Kind.QUESTION, accepted=None)),
    Sort.RUN: Way("pk", Order.NEWEST, only=Q(has_run=True)),
}


@dataclass(frozen=True)
class Wish:
    """Which threads in which order; `kind` and `place` are "" for all. Raises `NoSuchPlace` for a place of no form."""

    sort: Sort = Sort.ACTIVE
    kind: str = ""
    place: str = ""
    after: Cursor | None = None


@dataclass(frozen=True)
class Row:
    """A thread as a list shows it. `new` posts came since the viewer was there, None if they never were; `spoils` a
    question of the chapter that they have not answered yet.
    """

    thread: Thread
    place: Place | None
    votes: int
    new: int | None
    spoils: bool

    @property
    def new_words(self) -> str:
        return f"{self.new}{'+' if self.new == 100 else ''} new since you were here" if self.new else ""


@dataclass(frozen=True)
class ThreadPage:
    """`pinned` stand above the first page, and in no other; `next` is the cursor of the page that follows, or None."""

    pinned: Sequence[Row]
    rows: Sequence[Row]
    next: Cursor | None

    @property
    def threads(self) -> list[Thread]:
        return [row.thread for row in self.rows]


def read_after(sort: Sort, text: str) -> Cursor | None:
    """Raises `ValueError` for what is no cursor of this order."""
    return read_cursor(WAYS[sort].order, text) if text else None


def list_threads(viewer: Viewer, where: Chapter | Course, wish: Wish = Wish()) -> ThreadPage:
    """A page of what `viewer` may read there. Ten queries at most, however many threads there are."""
    threads = narrow(list_visible_threads(viewer), wish)
    pinned = list_pinned(threads, where)
    above = [thread.pk for thread in pinned]
    found = find_some(threads.exclude(pk__in=above), where, wish, PAGE + 1)
    rows = describe_rows(viewer, [*([] if wish.after else pinned), *found[:PAGE]])
    begins = 0 if wish.after else len(pinned)
    return ThreadPage(rows[:begins], rows[begins:], find_next(found, wish.sort))


def list_some(viewer: Viewer, threads: QuerySet[Thread], *, after: Cursor | None) -> ThreadPage:
    """A page of these few threads, those with new posts first: what somebody opened, or follows."""
    found = list(_sort(threads, Wish(after=after)).select_related("author", "chapter__course")[: PAGE + 1])
    return ThreadPage([], describe_rows(viewer, found[:PAGE]), find_next(found, Sort.ACTIVE))


def narrow(threads: QuerySet[Thread], wish: Wish) -> QuerySet[Thread]:
    threads = threads.filter(WAYS[wish.sort].only)
    if wish.kind:
        threads = threads.filter(kind=wish.kind)
    if wish.place:
        kind, key = read_anchor(wish.place)
        lines = Q(anchor_key=key) | Q(anchor_key__startswith=f"{key}:")
        threads = threads.filter(lines, anchor_kind=kind)
    return threads


def find_some(threads: QuerySet[Thread], where: Chapter | Course, wish: Wish, most: int) -> list[Thread]:
    """The first `most` of these threads there, `author` and `chapter.course` joined. One query, two for a course."""
    if isinstance(where, Chapter):
        some = _sort(threads.filter(chapter=where), wish)
    else:
        best = _sort(threads.filter(chapter=OuterRef("pk")), wish).values("pk")[:most]
        of_each = list_readable().filter(course=where).annotate(best=ArraySubquery(best)).values_list("best", flat=True)
        some = _sort(Thread.objects.filter(pk__in=[each for ids in of_each for each in ids]), Wish(wish.sort))
    return list(some.select_related("author", "chapter__course")[:most])


def list_pinned(threads: QuerySet[Thread], where: Chapter | Course) -> list[Thread]:
    """The newest announcements and other pinned threads. One query, by an index."""
    here = Q(chapter=where) if isinstance(where, Chapter) else Q(chapter__course=where)
    pinned = threads.filter(here, pinned_at__isnull=False).select_related("author", "chapter__course")
    return list(pinned.order_by("-pinned_at", "-pk")[:PINNED])


def find_next(found: Sequence[Thread], sort: Sort) -> Cursor | None:
    if len(found) <= PAGE:
        return None
    last, key = found[PAGE - 1], WAYS[sort].key
    return Cursor(-last.score if key == "falling" else getattr(last, key), last.pk)


def describe_rows(viewer: Viewer, threads: Sequence[Thread]) -> list[Row]:
    """What a list says of each. At most five queries."""
    places = describe_places(threads)
    votes = count_votes(threads)
    new = count_new(viewer, [thread.pk for thread in threads]) if isinstance(viewer, User) else {}
    asked = find_unanswered(viewer, threads)
    return [
        Row(
            thread,
            places.get(thread.pk),
            votes.get(thread.pk, 0),
            new.get(thread.pk),
            (thread.chapter_id, thread.anchor_key) in asked and thread.author_id != viewer.pk,
        )
        for thread in threads
    ]


def count_votes(threads: Sequence[Thread]) -> dict[int, int]:
    firsts = Post.objects.filter(thread__in=[thread.pk for thread in threads], parent=None).order_by()
    return {thread: ups - downs for thread, ups, downs in firsts.values_list("thread", "ups", "downs")}


def find_unanswered(viewer: Viewer, threads: Sequence[Thread]) -> set[tuple[int, str]]:
    """Chapter and key of the questions among the threads' places to which the viewer has given no answer yet."""
    asked = {(each.chapter_id, each.anchor_key) for each in threads if each.anchor_kind == Thread.Anchor.QUIZ}
    if not asked or not isinstance(viewer, User):
        return asked
    items = Item.objects.filter(chapter__in={each for each, _ in asked}, key__in={each for _, each in asked})
    attempts = Attempt.objects.filter(user=viewer, item__in=items)
    return asked - set(attempts.values_list("item__chapter", "item__key"))


def _sort(threads: QuerySet[Thread], wish: Wish) -> QuerySet[Thread]:
    way = WAYS[wish.sort]
    key: Combinable = F(way.key)
    if way.key == "falling":  # as the index has it: (-score)
        key = Func(F("score"), template="(-%(expressions)s)", output_field=FloatField())
    if wish.after:
        threads = threads.filter(Behind(key, wish.after, sign=">" if way.is_rising else "<"))
    ways = [key, F("pk")] if way.key != "pk" else [F("pk")]
    return threads.order_by(*(each.asc() if way.is_rising else each.desc() for each in ways))  # type: ignore[attr-defined]
