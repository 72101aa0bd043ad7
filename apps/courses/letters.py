"""What editors are told by mail, because they may not look at the site when it happens."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse

from apps.accounts.models import User

from .models import Chapter, Review, Schedule

log = logging.getLogger(__name__)


def tell_failure(schedule: Schedule) -> None:
    """To the author of a text that could not go live at its time."""
    chapter = schedule.chapter
    text = (
        f"“{chapter.title}” did not go live at {schedule.at:%H:%M} UTC on {schedule.at.day} {schedule.at:%B %Y}.\n\n"
        f"{schedule.reason}\n\nYour text is kept as your draft:\n{_address_of(chapter)}"
    )
    _send_after_commit(schedule.author, f"Not published: {chapter.title}", text)


def tell_decision(review: Review) -> None:
    """To the author of a text that was approved or returned."""
    chapter, reviewer = review.chapter, review.decided_by
    happened = "returned your text to you"
    if review.revision:
        happened = "approved your text, and it is live"
    elif at := review.schedule and review.schedule.at:
        happened = f"approved your text, and it goes live at {at:%H:%M} UTC on {at.day} {at:%B %Y}"
    said = f"\n\n{reviewer} says:\n{review.answer}" if review.answer else ""
    text = (
        f"{reviewer} {happened}: “{chapter.title}”.{said}\n\n{_origin()}{reverse('courses:review', args=[review.pk])}"
    )
    subject = f"{'Returned' if review.state == Review.State.RETURNED else 'Approved'}: {chapter.title}"
    _send_after_commit(review.author, subject, text)


def _send_after_commit(person: User, subject: str, text: str) -> None:
    """What has happened has happened: a mail server that is away is logged, and the page tells the same."""

    def send() -> None:
        try:
            send_mail(subject, f"Hello,\n\n{text}\n\nKindling\n", None, [person.email])
        except (OSError, SMTPException):
            log.exception("The mail “%s” could not be sent", subject)

    transaction.on_commit(send)


def _address_of(chapter: Chapter) -> str:
    return _origin() + reverse("courses:edit", args=[chapter.course.slug, chapter.slug])


def _origin() -> str:
    """Where the site is, as far as its settings tell; a mail written by a task knows no request."""
    return str(settings.CSRF_TRUSTED_ORIGINS[0]) if settings.CSRF_TRUSTED_ORIGINS else ""
