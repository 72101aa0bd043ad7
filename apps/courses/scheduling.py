"""A text goes live at a time that its author has chosen: exactly once, or it is said why not."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from apps.accounts.access import is_editor
from apps.accounts.models import User

from .dialect import compile_chapter
from .drafting import return_text
from .letters import tell_failure
from .models import Chapter, Review, Schedule
from .publishing import BadChapter, NeedsReview, StaleBase, publish

FARTHEST = datetime.timedelta(days=366)
AT_A_TIME = 20  # what is due beyond this waits for the next tick


class BadTime(ValueError):
    """The time has passed or is too far away; the message says so."""


class AnotherPending(Exception):
    """Somebody else's text is to go live in this chapter; `pending` is it."""

    def __init__(self, pending: Schedule) -> None:
        super().__init__("another text is scheduled")
        self.pending = pending


@transaction.atomic
def schedule(
    *,
    chapter: Chapter,
    author: User,
    source: str,
    figures: Mapping[str, str],
    note: str,
    base: int,
    draft: uuid.UUID | None,
    at: datetime.datetime,
    reviewer: User | None = None,
) -> Schedule:
    """The text goes live at `at`, in place of what its author had scheduled before. Where a course asks for a `reviewer`,
    only `reviewing.approve` has one.

    Raises `BadTime`, `BadChapter`, `StaleBase` when it would be refused already now, `NeedsReview`, and `AnotherPending`.
    """
    chapter = Chapter.objects.select_for_update(of=("self",)).select_related("course", "live").get(pk=chapter.pk)
    _check_time(at)
    if chapter.course.needs_review and not reviewer:
        raise NeedsReview
    compile_chapter(source, figures=figures, address=f"{chapter.course.slug}/{chapter.slug}")
    if chapter.live and chapter.live.number != base:
        raise StaleBase(chapter.live)
    pending = Schedule.objects.filter(chapter=chapter, state=Schedule.State.PENDING).select_related("author").first()
    if pending and pending.author != author:
        raise AnotherPending(pending)
    if pending:
        _move(pending, Schedule.State.CANCELLED)
    return Schedule.objects.create(
        chapter=chapter, author=author, source=source, figures=dict(figures), note=note, base=base, draft=draft, at=at
    )


def reschedule(*, pending: Schedule, at: datetime.datetime) -> bool:
    """Another time for the same text; whether it was still waiting. Raises `BadTime`."""
    _check_time(at)
    return bool(Schedule.objects.filter(pk=pending.pk, state=Schedule.State.PENDING).update(at=at))


def cancel(*, pending: Schedule) -> bool:
    """It does not go live; whether it was still waiting. Its text stays as its author's draft."""
    return _move(pending, Schedule.State.CANCELLED)


def publish_due() -> int:
    """Publishes what is due; how many went live. However many do this at a time, each text is taken by one of them."""
    due = Schedule.objects.filter(state=Schedule.State.PENDING, at__lte=timezone.now()).order_by("at", "id")
    return sum(_publish_one(pk) for pk in due.values_list("pk", flat=True)[:AT_A_TIME])


@transaction.atomic
def _publish_one(pk: int) -> bool:
    """Holds the chapter and the schedule's row until it is decided, so that nobody publishes it a second time.

    Whoever else has the chapter in hand now is let through first: the next tick comes soon.
    """
    free = Chapter.objects.select_for_update(skip_locked=True, of=("self",)).filter(schedules=pk)
    if not free.first():
        return False
    waiting = Schedule.objects.select_for_update(of=("self",)).filter(pk=pk, state=Schedule.State.PENDING)
    found = waiting.select_related("chapter__course", "author").first()
    if found is None or found.at > timezone.now():
        return False
    reason = _try_publishing(found)
    if reason:
        _fail(found, reason)
    return not reason


def _try_publishing(due: Schedule) -> str:
    """Why the text could not go live; "" when it did."""
    if not is_editor(due.author):
        return "You are no editor any more."
    try:
        due.revision = publish(
            chapter=due.chapter,
            source=due.source,
            figures=due.figures,
            author=due.author,
            note=due.note,
            base=due.base,
            draft=due.draft,
            reviewer=_find_reviewer(due),
        )
    except BadChapter as bad:
        return " ".join(f"Line {line}: {message}" for line, message in bad.problems)
    except StaleBase as stale:
        return f"Revision {stale.newest.number} was published meanwhile: merge its changes into your text first."
    except NeedsReview:
        return "This course needs a review now: ask another editor to approve your text."
    due.state = Schedule.State.PUBLISHED
    due.save(update_fields=["state", "revision"])
    Review.objects.filter(schedule=due).update(revision=due.revision)
    return ""


def _find_reviewer(due: Schedule) -> User | None:
    """Who has approved this very text for its time."""
    approved = Review.objects.filter(schedule=due, state=Review.State.APPROVED, source=due.source, figures=due.figures)
    return next((review.decided_by for review in approved.select_related("decided_by")), None)


def _fail(due: Schedule, reason: str) -> None:
    due.state, due.reason = Schedule.State.FAILED, reason
    due.save(update_fields=["state", "reason"])
    return_text(due)
    tell_failure(due)


def _move(schedule: Schedule, state: Schedule.State) -> bool:
    return bool(Schedule.objects.filter(pk=schedule.pk, state=Schedule.State.PENDING).update(state=state))


def _check_time(at: datetime.datetime) -> None:
    now = timezone.now()
    if at <= now:
        raise BadTime("This time has passed: choose a later one, or publish now.")
    if at > now + FARTHEST:
        raise BadTime("This is more than a year away: choose an earlier time.")
