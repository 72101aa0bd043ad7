"""What has been read of the notices."""

from __future__ import annotations

from django.utils import timezone

from apps.accounts.models import User

from .access import Viewer, list_notices

COUNTED = 100


def count_unread(viewer: Viewer) -> int:
    """How many are new, up to `COUNTED`: more are “99+”. One query, by an index that holds unread ones only."""
    return list_notices(viewer).select_related(None).filter(read_at=None)[:COUNTED].count()


def mark_read(*, actor: User, up_to: int, group: str | None = None) -> int:
    """Take the notices up to the id `up_to` as read, of one group or all; how many that were."""
    unread = list_notices(actor).filter(read_at=None, pk__lte=up_to).order_by()
    if group is not None:
        unread = unread.filter(group=group)
    return unread.update(read_at=timezone.now())
