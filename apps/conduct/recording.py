"""Every act of moderation leaves a row in the log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.accounts.models import User
from apps.courses.models import Course

from .models import Act, Verb
from .requests import read_request_id


def record_act(
    *,
    actor: User | None,
    verb: Verb,
    target: tuple[Act.Target, int],
    person: User | None = None,
    course: Course | int | None = None,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
    reverts: Act | None = None,
    expires_at: datetime | None = None,
    bulk: Act | None = None,
) -> Act:
    """The row of what is being done, by the request that is being answered, within its transaction. `actor` None is the site itself. One INSERT.

    Raises `IntegrityError` when `reverts` has been reverted already: of two who undo the same, one does.
    """
    return Act.objects.create(
        actor=actor,
        actor_name=actor.name if actor else "",
        verb=verb,
        target_kind=target[0],
        target_id=target[1],
        person=person,
        course_id=course.pk if isinstance(course, Course) else course,
        reason=reason,
        details=dict(details or {}),
        reverts=reverts,
        expires_at=expires_at,
        bulk=bulk,
        request_id=read_request_id(),
    )
