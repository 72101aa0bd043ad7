"""What people are told, and what they wish to be told."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class Kind(models.TextChoices):
    REPLY = "reply", "Somebody answers you"
    MENTION = "mention", "Somebody mentions you"
    FOLLOWED = "followed", "Something new in what you follow"
    ACCEPTED = "accepted", "Your answer is accepted"
    ANNOUNCEMENT = "announcement", "An announcement in one of your courses"
    DECISION = "decision", "A decision of moderators about you"
    QUEUE = "queue", "Something waits for you as a moderator"


class Pace(models.TextChoices):
    """When a notice is mailed."""

    AT_ONCE = "at_once", "At once"
    DAILY = "daily", "Once a day"
    WEEKLY = "weekly", "Once a week"
    NEVER = "never", "Never"


USUAL_PACES = {
    Kind.REPLY: Pace.DAILY,
    Kind.MENTION: Pace.DAILY,
    Kind.FOLLOWED: Pace.WEEKLY,
    Kind.ACCEPTED: Pace.DAILY,
    Kind.ANNOUNCEMENT: Pace.DAILY,
    Kind.DECISION: Pace.AT_ONCE,
    Kind.QUEUE: Pace.DAILY,
}
"""For whoever has wished nothing else."""

ALWAYS_TOLD = {Kind.DECISION}
"""What nobody can wish away, and what is told to those who cannot log in, too."""


class Notice(models.Model):
    """One thing told to one person. `event` names what happened: the same event never tells anybody twice.

    A sentence is made from `kind`, `actor`, `subject` and `facts`; notices of one `group`, such as `thread:12`, can be
    folded into one. `pace` is what the recipient wished when it happened. A mailer claims it by `claim` until
    `claimed_until`; only `mailed_at` says that it went out.
    """

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", db_index=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind)
    event = models.CharField(max_length=80, help_text="what happened, such as post:12")
    group = models.CharField(max_length=60, blank=True, help_text="what it belongs to, such as thread:12")
    subject = models.CharField(max_length=200, help_text="what it is about: mostly the title of a thread")
    facts = models.JSONField(default=dict, help_text="what else the sentence needs, by name")
    address = models.CharField(max_length=300, help_text="the path that it leads to")
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    pace = models.CharField(max_length=8, choices=Pace, default=Pace.NEVER)
    claim = models.UUIDField(null=True, blank=True, default=None, help_text="which mailer has it in hand")
    claimed_until = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "event"], name="notice_once_per_event"),
            # A second slash would lead to another site.
            models.CheckConstraint(condition=Q(address__regex=r"^/([^/\\]|$)"), name="notice_leads_into_the_site"),
            models.CheckConstraint(
                condition=Q(claim__isnull=True, claimed_until__isnull=True)
                | Q(claim__isnull=False, claimed_until__isnull=False),
                name="notice_claim_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notice_of_recipient"),
            models.Index(fields=["recipient", "-id"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(
                fields=["pace", "recipient", "id"],
                condition=Q(mailed_at=None) & ~Q(pace=Pace.NEVER),
                name="notice_unmailed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.recipient_id}"


class Wishes(models.Model):
    """What one person wishes to be told; what they have not decided is as in `USUAL_PACES`, and shown in the page.

    `salt` is signed into the links by which mails are stopped: another one makes all of them void.
    """

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="wishes", primary_key=True)
    paces = models.JSONField(default=dict, help_text="when each kind is mailed, by its name")
    unshown = models.JSONField(default=list, help_text="the kinds that the page shows no more")
    salt = models.UUIDField(default=uuid.uuid4)
    zone = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text="where their clock stands, such as Europe/Berlin; empty: not known",
    )

    class Meta:
        verbose_name_plural = "wishes"

    def __str__(self) -> str:
        return f"wishes of {self.person_id}"
