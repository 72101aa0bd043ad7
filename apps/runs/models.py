"""Runs of students' code, what is kept of them, and the outbox through which they leave the database."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.courses.models import Item
from apps.runs.numbers import write_number
from apps.runs.states import ACTIVE, FINAL
from workers.protocol import DEVICES, State


class Visibility(models.TextChoices):
    """Who may see a run besides the student whose it is."""

    PRIVATE = "private", "Only you"
    LINK = "link", "Whoever has the link"
    PUBLIC = "public", "Everybody"


class Run(models.Model):
    """One piece of code that a student asked to have run. `fence` numbers the decisions about who may speak for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="runs")
    project = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="runs")
    client_token = models.UUIDField(default=uuid.uuid4, help_text="makes a repeated request the same run")
    code = models.TextField()
    device = models.CharField(max_length=8, choices=[(d, d) for d in sorted(DEVICES)], default="cpu")
    limits = models.JSONField(default=dict, help_text="what differs from the default limits, by name")
    state = models.CharField(max_length=16, choices=[(s, s) for s in State], default=State.WAITING)
    state_seq = models.PositiveBigIntegerField(
        default=0, help_text="number of the event that said so, within its attempt"
    )
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True, help_text="when its job went to the machines' queue")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    stop_asked_at = models.DateTimeField(null=True, blank=True)
    unseen_since = models.DateTimeField(null=True, blank=True, help_text="since when no worker holds its lease")
    worker = models.CharField(max_length=120, blank=True)
    message = models.TextField(blank=True)
    exit_code = models.IntegerField(null=True, blank=True)
    cpu_s = models.FloatField(null=True, blank=True)
    wall_s = models.FloatField(null=True, blank=True)
    paused_s = models.FloatField(default=0)
    peak_mb = models.FloatField(null=True, blank=True)
    ran_on = models.CharField(max_length=80, blank=True, help_text="the device as the machine names it")
    torch = models.CharField(max_length=40, blank=True, help_text="the version that it imported, as its machine said")
    gpu_s = models.FloatField(default=0, help_text="how long it held a GPU; counts towards the student's budget")
    metrics = models.JSONField(default=dict)
    checks = models.JSONField(null=True, blank=True, help_text="what came of the project's checks")
    goal_met = models.BooleanField(default=False)
    errand = models.JSONField(
        null=True,
        blank=True,
        help_text="of a run that the site itself asked for: what a project's text would say of it",
    )
    prediction = models.JSONField(null=True, blank=True, help_text="what the student said beforehand would happen")
    name = models.CharField(max_length=80, blank=True)
    note = models.TextField(max_length=2000, blank=True)
    pinned_at = models.DateTimeField(null=True, blank=True)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PRIVATE)
    share_key = models.CharField(
        max_length=43, unique=True, null=True, blank=True, help_text="opens it to who has the link"
    )

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="run_history"),
            models.Index(fields=["user", "project", "-created_at"], name="run_of_project"),
            models.Index(fields=["state", "created_at"], condition=Q(state__in=ACTIVE), name="run_active"),
            # When a student was last served, and how long runs took lately: a row each, however long the history.
            models.Index(fields=["user", "-sent_at"], condition=Q(sent_at__isnull=False), name="run_served"),
            models.Index(fields=["device", "-finished_at"], condition=Q(finished_at__isnull=False), name="run_ended"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "client_token"], name="run_once_per_client_token"),
            models.CheckConstraint(
                condition=Q(state__in=FINAL, finished_at__isnull=False) | Q(state__in=ACTIVE, finished_at__isnull=True),
                name="run_finished_at_iff_final",
            ),
            models.CheckConstraint(
                condition=Q(visibility=Visibility.LINK, share_key__isnull=False)
                | ~Q(visibility=Visibility.LINK) & Q(share_key__isnull=True),
                name="run_share_key_iff_shared_by_link",
            ),
            # An errand brings what it needs: no project's history, budget or progress may count it.
            models.CheckConstraint(
                condition=Q(errand__isnull=True) | Q(project__isnull=True), name="run_errand_is_of_no_project"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("runs:run", args=[self.id])

    @property
    def title(self) -> str:
        """What to call it. The project has to be loaded with the run, or costs a query."""
        if self.name or self.project is None:
            return self.name or "Own code"
        return self.project.title or self.project.key

    @property
    def last_loss(self) -> str:
        """As it is shown; "" where there is none."""
        return write_number(self.metrics.get("loss", {}).get("last"))

    @property
    def is_over(self) -> bool:
        return self.state in FINAL


class RunLog(models.Model):
    """All events of a finished run, in order, the final state last; `apps.runs.logs` packs and unpacks them."""

    run = models.OneToOneField(Run, models.CASCADE, related_name="log", primary_key=True)
    events = models.BinaryField()
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"log of {self.run_id}"


class Draft(models.Model):
    """A student's code for a project, as it was last typed, on whatever device. `revision` lets an older page know that
    it is older."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")
    project = models.ForeignKey(Item, models.CASCADE, related_name="drafts")
    code = models.TextField()
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "project"], name="draft_per_student_and_project")]

    def __str__(self) -> str:
        return f"draft of {self.project_id} by {self.user_id}"


class ReferenceCurve(models.Model):
    """What a project's own code measured here, for texts that bring no recorded curves along."""

    project = models.OneToOneField(Item, models.CASCADE, related_name="+", primary_key=True)
    fingerprint = models.CharField(max_length=12, help_text="of the code that was run")
    curves = models.JSONField()
    measured_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"curves of {self.project_id}"


class Outgoing(models.Model):
    """The outbox: a message that leaves the database after the transaction that decided it. Sent at least once."""

    task = models.CharField(max_length=80)
    queue = models.CharField(max_length=40)
    payload = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.task} {self.id}"
