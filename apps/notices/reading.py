"""What people see of their notices, and what they have read of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from apps.accounts.models import User

from .access import Viewer, list_notices
from .models import Notice
from .sentences import say
from .standing import find_standing

COUNTED = 100
ON_A_PAGE = 60  # notices, before those that belong together are folded


@dataclass(frozen=True)
class Fold:
    """Notices of one kind about one matter, the newest first, told in one sentence; `excerpt` is of the newest text."""

    notices: Sequence[Notice]
    excerpt: str = ""

    @property
    def newest(self) -> Notice:
        return self.notices[0]

    @property
    def sentence(self) -> str:
        return say(self.notices)

    @property
    def address(self) -> str:
        """Where the first of them leads: from there one reads on."""
        return self.notices[-1].address


@dataclass(frozen=True)
class NoticePage:
    """`before` is what the next page begins below, or None on the last."""

    folds: Sequence[Fold]
    before: int | None


def list_page(viewer: Viewer, *, before: int | None = None) -> NoticePage:
    """The notices below the id `before`, or the newest, folded; what may not be told any more is left out.

    As many queries on every page, however many notices there are.
    """
    notices = list_notices(viewer)
    some = list((notices.filter(pk__lt=before) if before else notices)[: ON_A_PAGE + 1])
    shown = some[:ON_A_PAGE]
    return NoticePage(fold_standing(shown, find_standing(shown)), shown[-1].pk if len(some) > ON_A_PAGE else None)


def fold_standing(notices: Sequence[Notice], standing: Mapping[int, str]) -> list[Fold]:
    """Those of one kind and group become one, unread and read ones apart, in the order of their newest."""
    groups: dict[tuple[str, str, bool], list[Notice]] = {}
    for notice in notices:
        if notice.pk in standing:
            key = (notice.kind, notice.group or notice.event, notice.read_at is None)
            groups.setdefault(key, []).append(notice)
    return [Fold(some, standing[some[0].pk]) for some in groups.values()]


def count_unread(viewer: Viewer) -> int:
    """How many are new and may still be told, up to `COUNTED`: more are “99+”.

    One query, by an index that holds unread ones only, and where there are any, what it costs to see how they stand.
    """
    unread = list_notices(viewer).select_related(None).filter(read_at=None)[:COUNTED]
    return len(find_standing(list(unread)))


def mark_read(*, actor: User, up_to: int, group: str | None = None) -> int:
    """Take the notices up to the id `up_to` as read, of one group or all; how many that were."""
    unread = list_notices(actor).filter(read_at=None, pk__lte=up_to).order_by()
    if group is not None:
        unread = unread.filter(group=group)
    return unread.update(read_at=timezone.now())


def mark_events_read(*, actor: User, events: Collection[str]) -> int:
    """Take what they were told of these events as read; how many notices that were. One statement, none for no events."""
    unread = list_notices(actor).filter(read_at=None, event__in=events).order_by()
    return unread.update(read_at=timezone.now()) if events else 0


def open_notice(*, actor: User, notice: Notice) -> str:
    """Take a notice, and what belongs to it and came before, as read. Answers the address at which to read on: that of the
    first that was new.
    """
    same = list_notices(actor).filter(pk__lte=notice.pk)
    same = same.filter(group=notice.group) if notice.group else same.filter(pk=notice.pk)
    first = same.filter(kind=notice.kind, read_at=None).order_by("id").first()
    same.filter(read_at=None).order_by().update(read_at=timezone.now())
    return (first or notice).address
