"""What is done for notices when nobody waits for it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from smtplib import SMTPException

from celery import current_app, shared_task
from django.db import connection
from django.utils import timezone

from . import tidying
from .claiming import find_rounds
from .mailing import mail_some
from .models import Pace

log = logging.getLogger(__name__)

MAIL = 0x6D61696C  # "mail": the key of the advisory lock


@shared_task  # type: ignore[untyped-decorator]
def mail(pace: str, after: int = 0) -> None:
    """Mail some people what is due at this pace, and leave the next ones to another task: others wait for this worker, too.

    One mailer at a time, so that it never takes the whole of the worker; what a second one finds locked, the first does.
    """
    [due] = [each for each in find_rounds(timezone.now()) if each.pace == pace]
    with alone() as is_alone:
        if not is_alone:
            return
        try:
            last = mail_some(due, after=after)
        except (SMTPException, OSError) as error:
            log.error("The mail server is away (%s); notices are mailed later", error)
            return
    if last is not None:
        current_app.send_task(mail.name, args=[pace, last])


@contextmanager
def alone() -> Iterator[bool]:
    """Whether nobody else mails; the lock ends with the block, or with the connection of a mailer that is killed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [MAIL])
        [is_alone] = cursor.fetchone()
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [MAIL])


@shared_task  # type: ignore[untyped-decorator]
def mail_at_once() -> None:
    mail(Pace.AT_ONCE)


@shared_task  # type: ignore[untyped-decorator]
def mail_digests() -> None:
    mail(Pace.DAILY)
    mail(Pace.WEEKLY)


@shared_task  # type: ignore[untyped-decorator]
def tidy() -> None:
    """Delete notices of half a year ago."""
    tidying.delete_old()
