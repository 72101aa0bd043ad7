"""What the pages of moderators show. Nothing here writes; lists cost the same however long the queue is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.db.models import Count, F, OuterRef, Prefetch, Q, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Left
from django.utils import timezone

from apps.accounts.models import User
from apps.conduct.access import list_acts, list_courses_moderated
from apps.conduct.models import Act, Appeal, Sanction, Verb
from apps.discussions.branches import Cursor, Order, read_cursor
from apps.discussions.lists import Behind
from apps.discussions.models import STEP, Post, State, Thread

from .access import list_queue
from .models import Falling, Flag, ReviewItem

ITEMS = 20
EXCERPT = 160  # characters of what was written
ACTS = 50
AFTER = 3
"""Posts shown after the one in question."""
COUNTED = 99
REPLIES = 100


class Sort(StrEnum):
    HEAVIEST = "heaviest"
    OLDEST = "oldest"


class Way(NamedTuple):
    """What the queue is sorted by, rising, and of which kind its cursor is."""

    key: Combinable
    cursor: Order


WAYS = {
    Sort.HEAVIEST: Way(Falling("score"), Order.TOP),
    Sort.OLDEST: Way(F("opened_at"), Order.ACTIVE),
}


@dataclass(frozen=True)
class QueuePage:
    items: Sequence[ReviewItem]
    sort: Sort
    next: str
    """The cursor of the next page, or ""."""


def list_page(moderator: User, *, sort: Sort, why: str = "", course: int | None = None, after: str = "") -> QueuePage:
    """What waits for them, from a cursor on; posts come with an `excerpt` alone. Raises `ValueError` for what is no cursor.

    Three queries at most, each of few tables: to plan one of all nine took longer than to run it.
    """
    items = list_queue(moderator).select_related("course", "claimed_by")
    if why:
        items = items.filter(why=why)
    if course:
        items = items.filter(course=course)
    if after:
        items = items.filter(stand_behind(sort, after))
    flags = Flag.objects.filter(item=OuterRef("pk"), outcome=None).order_by().values("item")
    items = items.annotate(people=Subquery(flags.annotate(count=Count("pk")).values("count")))
    some = list(items.order_by(WAYS[sort].key, "id").prefetch_related(*prefetch_texts())[: ITEMS + 1])
    return QueuePage(some[:ITEMS], sort, write_cursor(sort, some[ITEMS - 1]) if len(some) > ITEMS else "")


def prefetch_texts() -> Sequence[Prefetch[str]]:
    """What a row of the queue says of its post or appeal, and no more: a post may hold 20 kB three times over."""
    posts = Post.objects.annotate(excerpt=Left("body", EXCERPT + 1)).select_related("author", "thread")
    appeals = Appeal.objects.annotate(excerpt=Left("text", EXCERPT + 1)).select_related("person", "act")
    return [
        Prefetch("post", posts.only("author__name", "thread__title")),
        Prefetch("appeal", appeals.only("person__name", "act__verb")),
    ]


def write_cursor(sort: Sort, item: ReviewItem) -> str:
    return str(Cursor(item.opened_at if sort is Sort.OLDEST else item.score, item.pk))


def stand_behind(sort: Sort, after: str) -> Behind:
    key, item = read_cursor(WAYS[sort].cursor, after)
    return Behind(WAYS[sort].key, Cursor(key if isinstance(key, datetime) else -key, item), sign=">")


def count_waiting(moderator: User) -> str:
    """How much waits for them, for the header: `99+` for more. One query, two for who moderates single courses."""
    count = list_queue(moderator).order_by()[: COUNTED + 1].count()
    return f"{COUNTED}+" if count > COUNTED else str(count)


def list_around(post: Post) -> Sequence[Post]:
    """What the post answers, up to the thread's first, itself, and what was said right after it. Two queries."""
    path = bytes(post.path)
    above = [int.from_bytes(path[start : start + STEP], "big") for start in range(0, len(path), STEP)]
    posts = Post.objects.select_related("author")
    after = posts.filter(thread=post.thread_id, path__gt=path).order_by("path")[:AFTER]
    return [*posts.filter(pk__in=above).order_by("path"), *after]


def list_replies(thread: Thread) -> Sequence[Post]:
    """The first replies of a thread in the order of its tree, for a moderator to choose from. One query."""
    return list(Post.objects.filter(thread=thread, depth__gt=0).select_related("author").order_by("path")[:REPLIES])


def list_flags(item: ReviewItem) -> Sequence[Flag]:
    """All that were ever given, the open ones first."""
    return list(item.flags.select_related("person", "reason").order_by("settled_at", "created_at")[:100])


def list_decisions(item: ReviewItem) -> Sequence[Act]:
    """What was done about its post or appeal, and together with that, the newest first. Two queries."""
    target = (Act.Target.POST, item.post_id) if item.post_id else (Act.Target.APPEAL, item.appeal_id or 0)
    acts = Act.objects.filter(target_kind=target[0], target_id=target[1]).select_related("actor", "bulk")
    done = list(acts[:10])
    parts = Act.objects.filter(bulk__in=done).exclude(pk__in=[act.pk for act in done])[:20]
    return [*parts, *(act for act in done if act.verb != Verb.BULK)]


@dataclass(frozen=True)
class History:
    """What moderators of a course know about somebody there: posts by state, flags, sanctions, and acts."""

    person: User
    posts: Mapping[str, int]
    flagged: Mapping[str, int]
    """Flags on their posts, by outcome; `open` for those that wait."""
    flags: Mapping[str, int]
    """Flags that they gave."""
    sanctions: Sequence[Sanction]
    acts: Sequence[Act]


def load_history(moderator: User, person: User) -> History:
    """Five queries. Of other courses than their own, moderators see sanctions of the whole site only."""
    courses = list_courses_moderated(moderator)
    here = Q() if courses is None else Q(thread__chapter__course__in=courses)
    there = Q() if courses is None else Q(post__thread__chapter__course__in=courses)
    scope = Q() if courses is None else Q(course=None) | Q(course__in=courses)
    posts = Post.objects.filter(here, author=person).order_by().values_list("state").annotate(Count("pk"))
    sanctions = Sanction.objects.filter(scope, person=person).select_related("course", "by", "act")
    return History(
        person=person,
        posts=dict.fromkeys(map(str, State), 0) | dict(posts),
        flagged=count_flags(Q(post__author=person) & there),
        flags=count_flags(Q(person=person) & there),
        sanctions=list(sanctions[:50]),
        acts=list(list_acts(moderator).filter(person=person)[:20]),
    )


def count_flags(which: Q) -> Mapping[str, int]:
    counted = Flag.objects.filter(which).order_by().values_list("outcome").annotate(Count("pk"))
    return dict.fromkeys(["open", *Flag.Outcome], 0) | {outcome or "open": count for outcome, count in counted}


def is_claimed_by_other(item: ReviewItem, moderator: User) -> bool:
    return bool(
        item.claimed_by_id
        and item.claimed_by_id != moderator.pk
        and item.claimed_until
        and item.claimed_until > timezone.now()
    )
