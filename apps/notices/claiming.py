"""Which notices are mailed when, and which mailer has them in hand: two never have the same.

A claim is committed before anything is sent, and that a mail goes out before it does: a mailer that is killed leaves
claims that run out, and at most the one mail unsent that it had in hand. Nothing is mailed twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Count, Window
from django.db.models.functions import RowNumber

from .models import Notice, Pace

TOGETHER = 50
"""People of one claim: what they are told is in memory together, and is sent within some seconds."""

SHOWN = 20
"""Notices of one person that a mail looks at, the newest; of others it says how many they are."""

LASTS = timedelta(minutes=10)
"""A claim. What could not be mailed, because the mailer died or the server was away, is tried again after it."""

FOLDING = timedelta(minutes=1)
"""So long even “at once” waits: what happens meanwhile comes with it."""

HOUR = time(8)
"""Digests go out then, the weekly ones on Mondays: on the clock of whoever gets them where it is known, else by UTC."""

# Ordered by the index of what is not mailed yet, so that a round reads on where the one before it ended. The lock on the
# person keeps two mailers from sharing what is theirs; it lets everybody else refer to them.
CLAIM = """
WITH due AS (
    SELECT id FROM accounts_user WHERE id IN (
        SELECT DISTINCT recipient_id FROM notices_notice LEFT JOIN notices_wishes wishes ON wishes.person_id = recipient_id
        WHERE pace = %(pace)s AND pace <> 'never' AND mailed_at IS NULL AND created_at < CASE
                WHEN %(unit)s = '' OR COALESCE(wishes.zone, '') = '' THEN %(before)s
                ELSE (date_trunc(%(unit)s, %(at)s AT TIME ZONE wishes.zone - %(hour)s) + %(hour)s) AT TIME ZONE wishes.zone END
            AND recipient_id > %(after)s AND (claimed_until IS NULL OR claimed_until < now())
        ORDER BY recipient_id LIMIT %(together)s)
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
UPDATE notices_notice notice SET claim = %(claim)s, claimed_until = now() + %(lasts)s
FROM due WHERE notice.recipient_id = due.id AND pace = %(pace)s AND pace <> 'never' AND mailed_at IS NULL
    AND (claimed_until IS NULL OR claimed_until < now())
RETURNING recipient_id
"""


@dataclass(frozen=True)
class Round:
    """What was told before `before`, to people who wish to have it at this pace, is due.

    Whoever's clock is known gets what was told before the `unit` (day or week) began there, at `HOUR`, last before `at`;
    an empty `unit` makes no difference between people.
    """

    pace: Pace
    before: datetime
    unit: str = ""
    at: datetime | None = None


def find_rounds(now: datetime) -> list[Round]:
    """What is due by `now` (UTC). A round that was missed, because nothing ran at its hour, is made up for."""
    today = datetime.combine(now.date(), HOUR, now.tzinfo)
    morning = today if now >= today else today - timedelta(days=1)
    monday = morning - timedelta(days=morning.weekday())
    return [
        Round(Pace.AT_ONCE, now - FOLDING),
        Round(Pace.DAILY, morning, "day", now),
        Round(Pace.WEEKLY, monday, "week", now),
    ]


def claim(due: Round, *, after: int = 0) -> tuple[uuid.UUID, int | None]:
    """Take in hand what is due of the next people beyond the id `after`. Answers the claim, and the last one's id, or None
    when there is nobody. One statement.
    """
    token = uuid.uuid4()
    values: dict[str, Any] = {"pace": str(due.pace), "before": due.before, "after": after, "together": TOGETHER}
    values |= {"claim": token, "lasts": LASTS, "unit": due.unit, "at": due.at or due.before}
    values |= {"hour": timedelta(hours=HOUR.hour)}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        people = {int(row[0]) for row in cursor.fetchall()}
    return token, max(people, default=None)


def list_claimed(token: uuid.UUID) -> Iterator[list[Notice]]:
    """What was claimed, by person, the newest first, `SHOWN` at most; each with `recipient`, `actor` and `among`, how many
    there are of this person. One query.
    """
    notices = Notice.objects.filter(claim=token, mailed_at=None).select_related("recipient", "actor")
    numbered = notices.annotate(
        rank=Window(RowNumber(), partition_by="recipient_id", order_by="-id"),
        among=Window(Count("id"), partition_by="recipient_id"),
    )
    found = numbered.filter(rank__lte=SHOWN).order_by("recipient_id", "-id")
    return (list(some) for _, some in groupby(found, key=lambda notice: notice.recipient_id))
