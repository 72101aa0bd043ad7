"""Finding discussions: a thread, by its title and first post together, or by the post in it that answers best.

A word such as “loss” stands in every fifth post, and to rank a million posts takes seconds. So only the newest that
match are ranked (see `newest`). What takes too long even so is left out, and said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Case, F, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Substr
from django.utils import timezone

from apps.discussions.models import Post
from apps.discussions.reading import locate

from .access import list_openings, list_posts
from .budgets import limited
from .matches import MAX_MATCHES, Hit, Match, Matches, Wanted, rank
from .newest import Newest
from .refusals import TookTooLong
from .snippets import MAX_TEXT, read_html

TIMEOUT_MS = 200  # for each query: two usual words that hardly ever follow each other lead through half of all posts
THREAD = tuple(f"thread__{name}" for name in ("replies", "title", "kind", "accepted"))
CHAPTER = tuple(f"thread__chapter__{name}" for name in ("number", "slug", "title", "course__slug", "course__title"))
POSTS = 5  # of a thread, or so: only the first is an opening
FRESH_DAYS = 180
FRESHNESS = 0.5  # so much more counts what was written today
APPROVAL = 0.3  # so much more what everybody voted for
ACCEPTED = 0.3  # so much more the answer that helped who asked, and the question that has one


class Talks:
    name = "thread"
    label = "Discussions"

    def find(self, wanted: Wanted) -> Matches:
        best: dict[int, Match] = {}
        is_whole = True
        try:
            with limited(TIMEOUT_MS):
                for match in _find_each(wanted):
                    if match.key not in best or best[match.key].rank < match.rank:
                        best[match.key] = match
        except TookTooLong:
            is_whole = False
        found = sorted(best.values(), key=lambda match: (-match.rank, -match.key))
        return Matches(found[:MAX_MATCHES], is_whole)

    def load(self, matches: Sequence[Match]) -> list[Hit]:
        posts = (
            Post.objects.select_related("thread__chapter__course")
            .only("created_at", *THREAD, *CHAPTER)
            .annotate(start=Substr("html", 1, 4 * MAX_TEXT))
        )
        found = posts.in_bulk([match.post for match in matches])
        return [_show(found[match.post]) for match in matches if match.post in found]


def _find_each(wanted: Wanted) -> Iterator[Match]:
    """What may take longest is the last."""
    top = Post.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for newest in (_list_openings(wanted), _list_posts(wanted)):
        for thread, value, at, post in newest.find(top):
            yield Match(thread, value * _freshness(at), post)


def _list_openings(wanted: Wanted) -> Newest:
    """By title and first post together: some words may stand in the one, the others in the other."""
    openings = list_openings(wanted.viewer, wanted.course)
    words = rank(wanted, F("found_by"), "post__thread__title")
    has_answer = Q(post__thread__accepted__isnull=False)
    ranked = openings.annotate(rank=_approve(words, "post__wilson", has_answer))
    return Newest(ranked, wanted.tsquery, ("post__thread", "rank", "post__created_at", "pk"), spread=POSTS)


def _list_posts(wanted: Wanted) -> Newest:
    words = rank(wanted, F("found_by"), title=None)
    posts = list_posts(wanted.viewer, wanted.course)
    posts = posts.annotate(rank=_approve(words, "wilson", Q(thread__accepted=F("pk"))))
    return Newest(posts, wanted.tsquery, ("thread", "rank", "created_at", "pk"))


def _approve(rank: Combinable, score: str, is_accepted: Q) -> Combinable:
    """A rank, and as much more as people found the post to be worth."""
    accepted = Case(When(is_accepted, then=Value(ACCEPTED)), default=Value(0.0))
    return rank * (Value(1.0) + Value(APPROVAL) * F(score) + accepted)


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
