"""Notices go out by mail: several of one person in one."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from smtplib import SMTPException, SMTPRecipientsRefused

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from .claiming import Round, claim, list_claimed
from .letters import write
from .models import ALWAYS_TOLD, Notice, Pace, Wishes
from .standing import find_standing

log = logging.getLogger(__name__)


def mail_some(due: Round, *, after: int = 0) -> int | None:
    """Mail the next people beyond the id `after` what is due. Answers the last one's id, or None when nobody was left.

    Raises `OSError` or `SMTPException` when the mail server is away: what was claimed is tried again later.
    """
    token, last = claim(due, after=after)
    if last is not None:
        deliver(token)
    return last


def deliver(token: uuid.UUID) -> None:
    """Mail what this claim holds, person by person. What may not be told any more is dropped."""
    people = list(list_claimed(token))
    standing = find_standing([notice for notices in people for notice in notices])
    wishes = load_wishes([notices[0].recipient_id for notices in people])
    with get_connection() as server:
        for notices in people:
            fit = [notice for notice in notices if is_fit(notice, standing)]
            drop(token, notices, fit)
            if fit and mark_mailed(token, wishes[fit[0].recipient_id], pace=Pace(fit[0].pace)):
                send(server, token, write(fit, standing, wishes[fit[0].recipient_id]))


def load_wishes(people: Sequence[int]) -> Mapping[int, Wishes]:
    """Two queries: whoever has none gets some, because the links in mails are signed with their salt."""
    Wishes.objects.bulk_create([Wishes(person_id=person) for person in people], ignore_conflicts=True)
    return Wishes.objects.in_bulk(people)


def is_fit(notice: Notice, standing: Mapping[int, str]) -> bool:
    """Neither gone, nor seen in the page meanwhile; what the page does not show at all counts as seen from the beginning."""
    if not notice.recipient.is_active and notice.kind not in ALWAYS_TOLD:
        return False
    return notice.pk in standing and (notice.read_at is None or notice.read_at <= notice.created_at)


def drop(token: uuid.UUID, notices: Sequence[Notice], fit: Sequence[Notice]) -> None:
    """These are never mailed; where nothing is left, nor is what the person has besides."""
    if not fit:
        Notice.objects.filter(claim=token, recipient=notices[0].recipient_id).order_by().update(pace=Pace.NEVER)
    elif gone := {notice.pk for notice in notices} - {notice.pk for notice in fit}:
        Notice.objects.filter(pk__in=gone).order_by().update(pace=Pace.NEVER)


def mark_mailed(token: uuid.UUID, wishes: Wishes, *, pace: Pace) -> bool:
    """Whether this mailer may send: what another has claimed since, because this one was too slow, it may not.

    One statement, committed at once: of all that a mail costs, waiting for the disk is what adds up.
    """
    claimed = Notice.objects.filter(claim=token, pace=pace, recipient=wishes.person_id, mailed_at=None)
    return claimed.order_by().update(mailed_at=timezone.now()) > 0


def send(server: BaseEmailBackend, token: uuid.UUID, letter: EmailMessage) -> None:
    """A server that refuses the address will always do so; one that does not answer gets the mail again later."""
    try:
        server.send_messages([letter])
    except SMTPRecipientsRefused as error:
        log.warning("A mail of notices was refused: %s", error)
    except (SMTPException, OSError):
        Notice.objects.filter(claim=token, recipient__email=letter.to[0]).order_by().update(mailed_at=None)
        raise
