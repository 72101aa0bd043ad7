"""Finding discussions: a thread, by its title or by the post in it that answers best.

A word such as “loss” stands in every fifth post, and to rank a million posts takes seconds. So only the newest that
match are ranked, and they are found at a bounded cost: first among the newest posts there are, read from their end; and,
where these hold too few, by the index, which is quick exactly then, because the word is rare. What takes too long even
so is left out, and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce, Substr
from django.utils import timezone

from apps.discussions.models import Post, State
from apps.discussions.reading import locate

from .access import list_posts, list_threads
from .budgets import limited
from .matches import MAX_MATCHES, Hit, Match, Matches, Wanted, rank
from .refusals import TookTooLong
from .snippets import MAX_TEXT, read_html

WINDOW = 30_000  # ids: the newest posts, which are read one by one
OLDER_MS = 400  # two usual words that hardly ever stand side by side lead through half of all posts
FRESH_DAYS = 180
FRESHNESS = 0.5  # so much more counts what was written today
APPROVAL = 0.3  # so much more what everybody voted for
ACCEPTED = 0.3  # so much more the answer that helped who asked, and the question that has one

# The newest first, by a sum: by their ids Postgres would walk back through everything in search of a rare word.
BY_INDEX = ExpressionWrapper(-F("pk"), output_field=BigIntegerField())


class Talks:
    name = "thread"
    label = "Discussions"

    def find(self, wanted: Wanted) -> Matches:
        posts, is_whole = _find_posts(wanted)
        best: dict[int, Match] = {}
        for match in [*_find_threads(wanted), *posts]:
            if match.key not in best or best[match.key].rank < match.rank:
                best[match.key] = match
        found = sorted(best.values(), key=lambda match: (-match.rank, -match.key))
        return Matches(found[:MAX_MATCHES], is_whole)

    def load(self, matches: Sequence[Match]) -> list[Hit]:
        """A thread found by its title shows its first post."""
        by_title = [match.key for match in matches if match.post is None]
        by_post = [match.post for match in matches if match.post is not None]
        posts = (
            Post.objects.filter(Q(pk__in=by_post) | Q(thread__in=by_title, parent=None))
            .select_related("thread__chapter__course")
            .defer("body", "html", "thread__found_by")
            .annotate(start=Case(When(state=State.VISIBLE, then=Substr("html", 1, 4 * MAX_TEXT)), default=Value("")))
        )
        found = {(post.thread_id, post.pk if post.pk in by_post else None): post for post in posts}
        return [_show(found[key]) for match in matches if (key := (match.key, match.post)) in found]


def _find_threads(wanted: Wanted) -> list[Match]:
    threads = list_threads(wanted.viewer, wanted.course).filter(found_by=wanted.tsquery)
    rows = threads.annotate(rank=rank(wanted, F("found_by"))).order_by(BY_INDEX)
    found = rows.values_list("pk", "rank", "created_at", "score", "accepted")[:MAX_MATCHES]
    return [
        Match(key, value * _freshness(at) * _approval(score, is_accepted=accepted is not None))
        for key, value, at, score, accepted in found
    ]


def _find_posts(wanted: Wanted) -> tuple[list[Match], bool]:
    """The newest that match, and whether all posts were looked through or there was no need to."""
    newest = _list_newest(wanted)
    if len(newest) == MAX_MATCHES:
        return newest, True
    try:
        with limited(OLDER_MS):
            return newest + _list_older(wanted, MAX_MATCHES - len(newest)), True
    except TookTooLong:
        return newest, False


def _list_newest(wanted: Wanted) -> list[Match]:
    """Among the newest posts there are. Hidden in a function, the condition cannot lead Postgres to the index."""
    is_found = ExpressionWrapper(Q(found_by=wanted.tsquery), output_field=BooleanField())
    posts = list_posts(wanted.viewer, wanted.course).alias(is_found=Coalesce(is_found, Value(False)))
    return _read(posts.filter(is_found=True, pk__gt=_find_edge()).order_by("-pk"), wanted, MAX_MATCHES)


def _list_older(wanted: Wanted, count: int) -> list[Match]:
    posts = list_posts(wanted.viewer, wanted.course).filter(found_by=wanted.tsquery, pk__lte=_find_edge())
    return _read(posts.order_by(BY_INDEX), wanted, count)


def _find_edge() -> CombinedExpression:
    return Subquery(Post.objects.order_by("-pk").values("pk")[:1]) - WINDOW


def _read(posts: QuerySet[Post], wanted: Wanted, count: int) -> list[Match]:
    rows = posts.annotate(rank=rank(wanted, F("found_by"), title=None))
    found = rows.values_list("thread", "rank", "created_at", "pk", "wilson", "thread__accepted")[:count]
    return [
        Match(thread, value * _freshness(at) * _approval(wilson, is_accepted=accepted == key), key)
        for thread, value, at, key, wilson, accepted in found
    ]


def _freshness(at: datetime) -> float:
    return 1 + FRESHNESS * 2 ** (-(timezone.now() - at).days / FRESH_DAYS)


def _approval(wilson: float, *, is_accepted: bool) -> float:
    """What others found of it: a little, so that words still decide."""
    return 1 + APPROVAL * wilson + (ACCEPTED if is_accepted else 0)


def _show(post: Any) -> Hit:
    chapter, thread = post.thread.chapter, post.thread
    kind = f"{thread.get_kind_display()}{', answered' if thread.accepted_id else ''}"
    where = f"{kind} in the discussion of {chapter.course} · {chapter.number} {chapter.title}"
    return Hit(locate(post, post.thread), post.thread.title, read_html(post.start), where, post.created_at)
