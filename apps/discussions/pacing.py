"""What stands between a text and its post besides rights: pace, length of lists, repetition, filters."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from apps.accounts.models import User
from apps.conduct.access import moderates
from apps.conduct.filters import find_filter, list_links
from apps.conduct.models import Filter

from .access import Viewer
from .limits import SAME_FROM, SAME_WITHIN, Limits
from .models import Post, Thread
from .refusals import TooMany, Unfit
from .trust import find_limits

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


OWN = """
SELECT
    (SELECT created_at FROM discussions_post WHERE author_id = %(actor)s AND created_at > %(now)s - %(hour)s
     ORDER BY created_at DESC OFFSET %(an_hour)s - 1 LIMIT 1),
    (SELECT created_at FROM discussions_post WHERE author_id = %(actor)s AND created_at > %(now)s - %(day)s
     ORDER BY created_at DESC OFFSET %(a_day)s - 1 LIMIT 1),
    %(is_long)s AND EXISTS (SELECT FROM discussions_post
            WHERE author_id = %(actor)s AND created_at > %(now)s - %(same)s AND body = %(body)s)
"""


class Own(NamedTuple):
    """What somebody has posted lately: since when the limits of an hour and of a day are reached, and whether it was the same."""

    hour_full_since: datetime | None
    day_full_since: datetime | None
    is_repeated: bool


class Judgement(NamedTuple):
    """`note` says to moderators why a post is held; "" when it is not."""

    note: str
    limits: Limits


def judge(*, actor: User, thread: Thread, body: str, typed_s: float | None) -> Judgement:
    """Whether the post can appear now. Raises `TooMany` and `Unfit`. Some three queries, by indexes.

    `typed_s` is how long the first post took to write, where the page could tell.
    """
    limits = find_limits(actor)
    own = find_own(actor, body, limits)
    require_pace(own, limits)
    require_new(own)
    if not moderates(actor, thread.chapter.course_id):
        require_slowness(actor, thread)
    if (links := len(list_links(body))) > limits.links:
        raise Unfit(f"This holds {links} links; at most {limits.links} fit into a post of yours. Leave some out.")
    return Judgement(find_suspicion(actor, thread, body, limits, typed_s), limits)


def find_own(actor: User, body: str, limits: Limits) -> Own:
    """One query, by an index in which each of the times stands at a known place from the newest."""
    values: dict[str, Any] = {"actor": actor.pk, "now": timezone.now(), "hour": HOUR, "day": DAY}
    values |= {"an_hour": limits.an_hour, "a_day": limits.a_day}
    values |= {"body": body, "is_long": len(body) >= SAME_FROM, "same": SAME_WITHIN}
    with connection.cursor() as cursor:
        cursor.execute(OWN, values)
        return Own(*cursor.fetchone())


def require_pace(own: Own, limits: Limits) -> None:
    spans = ((HOUR, limits.an_hour, "hour", own.hour_full_since), (DAY, limits.a_day, "day", own.day_full_since))
    for span, most, words, since in spans:
        if since:
            wait = int((since + span - timezone.now()).total_seconds()) + 1
            raise TooMany(
                f"You have posted {most} times within the last {words}. Come back in {say_wait(wait)}; keep your text until then.",
                retry_after_s=wait,
            )


def require_new(own: Own) -> None:
    if own.is_repeated:
        raise Unfit("You have posted exactly this already. If it did not help, say what is different now.")


def require_slowness(actor: User, thread: Thread) -> None:
    if not thread.slow_seconds:
        return
    now, pause = timezone.now(), timedelta(seconds=thread.slow_seconds)
    lately = Post.objects.filter(author=actor, created_at__gt=now - pause, thread=thread).order_by("-created_at")
    last = lately.values_list("created_at", flat=True).first()
    if last is not None:
        wait = int((last + pause - now).total_seconds()) + 1
        raise TooMany(
            f"This thread is in slow mode. You can post again in {say_wait(wait)}; keep your text until then.",
            retry_after_s=wait,
        )


def find_wait(viewer: Viewer, thread: Thread) -> str:
    """Of a thread in slow mode: the pace, and how long `viewer` still waits. "" where there is nothing to wait for.

    One query in slow mode, else none.
    """
    if not thread.slow_seconds or not isinstance(viewer, User) or moderates(viewer, thread.chapter.course_id):
        return ""
    pace = f"This thread is in slow mode: everybody posts once in {say_wait(thread.slow_seconds)}."
    try:
        require_slowness(viewer, thread)
    except TooMany as refusal:
        return f"{pace} You can post again in {say_wait(refusal.retry_after_s or 1)}."
    return pace


def find_suspicion(actor: User, thread: Thread, body: str, limits: Limits, typed_s: float | None) -> str:
    """Why moderators should see this first, or "". Raises `Unfit` for what a filter refuses."""
    found = find_filter(f"{thread.title}\n{body}", course_id=thread.chapter.course_id)
    if found and found.action == Filter.Action.REFUSE:
        raise Unfit(f"Posts here may not hold “{found.pattern}”. Say it in other words, or without the link.")
    if found:
        return f"Filter: {found.pattern}"
    if typed_s is not None and typed_s < limits.typing_s and not Post.objects.filter(author=actor).exists():
        return f"A first post, written within {typed_s:.1f} s"
    return ""


def say_wait(seconds: int) -> str:
    count, unit = (seconds, "second") if seconds < 90 else (round(seconds / 60), "minute")
    if count >= 90 and unit == "minute":
        count, unit = round(count / 60), "hour"
    return f"{count} {unit}{'' if count == 1 else 's'}"
