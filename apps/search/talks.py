"""Finding discussions: a thread, by its title or by the post in it that answers best.

A word such as “loss” stands in every fifth post, and to rank a million posts takes seconds. So only the newest that
match are ranked, and they are found at a bounded cost: first among the newest posts there are, read from their end; and,
where these hold too few, by the index, which is quick exactly then, because the word is rare.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import BigIntegerField, ExpressionWrapper, F, Q, QuerySet, Subquery
from django.db.models.functions import Substr
from django.utils import timezone

from apps.discussions.models import Post
from apps.discussions.reading import locate

from .access import list_posts, list_threads
from .matches import MAX_MATCHES, Hit, Match, Wanted, rank
from .snippets import MAX_TEXT, read_html

WINDOW = 30_000  # ids: the newest posts, which are read one by one
FRESH_DAYS = 180
FRESHNESS = 0.5  # so much more counts what was written today


Row = TypeVar("Row", bound=tuple[Any, ...])


class Talks:
    name = "thread"
    label = "Discussions"

    def find(self, wanted: Wanted) -> list[Match]:
        best: dict[int, Match] = {}
        for match in [*_find_threads(wanted), *_find_posts(wanted)]:
            if match.key not in best or best[match.key].rank < match.rank:
                best[match.key] = match
        return sorted(best.values(), key=lambda match: (-match.rank, -match.key))[:MAX_MATCHES]

    def load(self, matches: Sequence[Match]) -> list[Hit]:
        """A thread found by its title shows its first post."""
        by_title = [match.key for match in matches if match.post is None]
        by_post = [match.post for match in matches if match.post is not None]
        posts = (
            Post.objects.filter(Q(pk__in=by_post) | Q(thread__in=by_title, parent=None))
            .select_related("thread__chapter__course")
            .defer("body", "html", "thread__found_by")
            .annotate(start=Substr("html", 1, 4 * MAX_TEXT))
        )
        found = {(post.thread_id, post.pk if post.pk in by_post else None): post for post in posts}
        return [_show(found[key]) for match in matches if (key := (match.key, match.post)) in found]


def _find_threads(wanted: Wanted) -> list[Match]:
    threads = list_threads(wanted.viewer, wanted.course).filter(found_by=wanted.tsquery)
    rows = threads.annotate(rank=rank(wanted, F("found_by"))).values_list("pk", "rank", "created_at")
    return [Match(key, value * _freshness(at)) for key, value, at in _limit(rows)]


def _find_posts(wanted: Wanted) -> list[Match]:
    posts = list_posts(wanted.viewer, wanted.course).filter(found_by=wanted.tsquery)
    rows = posts.annotate(rank=rank(wanted, F("found_by"), title=None)).values_list(
        "pk", "rank", "created_at", "thread"
    )
    return [Match(thread, value * _freshness(at), key) for key, value, at, thread in _limit(rows)]


def _limit(rows: QuerySet[Any, Row]) -> QuerySet[Any, Row]:
    """At most `MAX_MATCHES` rows. Postgres begins the second half only where the first has found too few."""
    edge = rows.model._base_manager.order_by("-pk").values("pk")[:1]
    edge = Subquery(edge) - WINDOW
    newest = rows.filter(pk__gt=edge).order_by("-pk")[:MAX_MATCHES]
    # The order by a sum keeps Postgres from walking back through all posts by their ids in search of a rare word.
    older = rows.filter(pk__lte=edge).order_by(ExpressionWrapper(-F("pk"), output_field=BigIntegerField()))
    return newest.union(older[:MAX_MATCHES], all=True)[:MAX_MATCHES]


def _freshness(at: datetime) -> float:
    return 1 + FRESHNESS * 2 ** (-(timezone.now() - at).days / FRESH_DAYS)


def _show(post: Any) -> Hit:
    chapter = post.thread.chapter
    where = f"Discussion of {chapter.course} · {chapter.number} {chapter.title}"
    return Hit(locate(post, post.thread), post.thread.title, read_html(post.start), where, post.created_at)
