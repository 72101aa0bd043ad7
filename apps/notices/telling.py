"""People are told what happened: once for each event, however often it is said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.dispatch import Signal

from apps.accounts.models import User

from .models import ALWAYS_TOLD, USUAL_PACES, Kind

told = Signal()
"""Notices are committed: `people` are the ids of those whose page shows them as new, `group` what they are about. Whoever
shows them live listens; sent at most once."""

# One statement for a thousand people as for one. What somebody has wished away from page and mail is not written.
TELL = """
INSERT INTO notices_notice
    (recipient_id, actor_id, kind, event, "group", subject, facts, address, created_at, pace, read_at)
SELECT person.id, %(actor)s, %(kind)s, %(event)s, %(group)s, %(subject)s, %(facts)s::jsonb, %(address)s, now(),
    wished.pace, CASE WHEN wished.is_shown THEN NULL ELSE now() END
FROM accounts_user person
LEFT JOIN notices_wishes wishes ON wishes.person_id = person.id
CROSS JOIN LATERAL (SELECT
    COALESCE(wishes.paces ->> %(kind)s, %(usual)s) AS pace,
    %(always)s OR NOT COALESCE(wishes.unshown ? %(kind)s, false) AS is_shown) wished
WHERE person.id = ANY(%(people)s) AND person.service IS NULL AND (person.is_active OR %(always)s)
    AND person.id IS DISTINCT FROM %(actor)s AND (wished.is_shown OR wished.pace <> 'never')
ORDER BY person.id
ON CONFLICT (recipient_id, event) DO NOTHING
RETURNING recipient_id, read_at IS NULL
"""


def tell(
    recipients: Iterable[int],
    *,
    kind: Kind,
    event: str,
    subject: str,
    address: str,
    actor: User | None = None,
    group: str = "",
    facts: Mapping[str, Any] | None = None,
) -> list[int]:
    """Tell these people (ids) that `event` happened; answers whom it is news to. Nobody is told of what they did.

    `subject` is cut to its column. Within a transaction: after the commit `told` is sent. One statement; hand in a
    thousand people at most, so that no transaction grows long.
    """
    values = {
        "people": sorted(set(recipients)),
        "actor": actor.pk if actor else None,
        "kind": str(kind),
        "event": event,
        "group": group,
        "subject": subject[:200],
        "facts": json.dumps(dict(facts or {})),
        "address": address,
        "usual": str(USUAL_PACES[kind]),
        "always": kind in ALWAYS_TOLD,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TELL, values)
        news: list[tuple[int, bool]] = cursor.fetchall()
        if shown := [person for person, is_shown in news if is_shown]:
            transaction.on_commit(partial(announce, shown, group), robust=True)
    return [person for person, _ in news]


def announce(people: Iterable[int], group: str) -> None:
    """Say to whoever shows notices live that these people have new ones."""
    told.send(sender=Kind, people=list(people), group=group)
