"""Editors are told what rotted and what is well again: by mail, once for each change, several chapters in one."""

from __future__ import annotations

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role, User

from .models import Condition, Trial, Verification

logger = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=30)
"""While more is being verified a mail waits for it, but no longer: one new torch makes one mail, not twenty."""


def report() -> int:
    """Mails what has changed since editors were last told, and notes that they know; how many chapters it was about.

    Whoever published the text is told with them. A mail that cannot be sent is sent at another call.
    """
    with transaction.atomic():
        conditions = list(_list_untold())
        if not conditions or _waits(conditions):
            return 0
        try:
            _mail(conditions)
        except (SMTPException, OSError) as error:
            logger.warning("Editors could not be told what rotted, and will be later (%s)", error)
            return 0
        Condition.objects.filter(pk__in=[each.pk for each in conditions]).update(told=F("state"))
    return len(conditions)


def _list_untold() -> list[Condition]:
    untold = Condition.objects.exclude(state=F("told")).select_for_update(of=("self",), skip_locked=True)
    return list(untold.select_related("chapter__course", "revision__author").order_by("chapter"))


def _waits(conditions: list[Condition]) -> bool:
    going_on = Verification.objects.filter(state=Verification.State.GOING_ON, revision__isnull=False).exists()
    return going_on and all(timezone.now() - each.since < PATIENCE for each in conditions)


def _mail(conditions: list[Condition]) -> None:
    rotten = [each for each in conditions if each.state == Condition.State.ROTTEN]
    recipients = _list_recipients(conditions)
    if not recipients:
        return
    faults = {each.pk: _list_faults(each) for each in rotten}
    words = {
        "rotten": [(each, faults[each.pk]) for each in rotten],
        "sound": [each for each in conditions if each.state == Condition.State.SOUND],
        "origin": next(iter(settings.CSRF_TRUSTED_ORIGINS), "").rstrip("/"),
        "page": reverse("verification:index"),
    }
    subject = _name(rotten) if rotten else "Kindling: chapters are as their texts say again"
    body = render_to_string("verification/mail.txt", words)
    EmailMessage(subject, body, to=[], bcc=recipients).send()


def _name(rotten: list[Condition]) -> str:
    if len(rotten) == 1:
        return f"Kindling: “{rotten[0].chapter.title}” is not as its text says"
    return f"Kindling: {len(rotten)} chapters are not as their texts say"


def _list_faults(condition: Condition) -> list[Trial]:
    broken = [Trial.Outcome.FAILED, Trial.Outcome.LIMIT]
    return list(Trial.objects.filter(verification=condition.verification_id, outcome__in=broken).order_by("position"))


def _list_recipients(conditions: list[Condition]) -> list[str]:
    """Editors and admins, and whoever published what this is about."""
    authors = [each.revision.author_id for each in conditions if each.revision.author_id]
    people = User.objects.filter(Q(groups__name__in=[Role.EDITOR, Role.ADMIN]) | Q(pk__in=authors), is_active=True)
    return list(people.order_by("email").values_list("email", flat=True).distinct())
