"""Whether chapters are true: each time that a text's code was run, what came of every piece, and how chapters stand."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.courses.comparing import Row, compare
from apps.courses.models import Chapter, Revision
from apps.runs.models import Run


class Verification(models.Model):
    """All code of one text, tried once: of a published revision, or of what an editor is writing (`editor`, no revision)."""

    class Why(models.TextChoices):
        # By the alphabet in the order in which they are served: a person waits, readers wait, nobody waits.
        ASKED = "asked", "An editor asked"
        PUBLISHED = "published", "Newly published"
        SCHEDULED = "scheduled", "By schedule"
        WRITING = "writing", "Tried while writing"

    class State(models.TextChoices):
        GOING_ON = "going on", "Going on"
        PASSED = "passed", "Everything is as the text says"
        FAILED = "failed", "Not everything is as the text says"
        UNSETTLED = "unsettled", "Could not be found out"
        DROPPED = "dropped", "Dropped: a newer text is live"

    chapter = models.ForeignKey(Chapter, models.CASCADE, related_name="verifications")
    revision = models.ForeignKey(Revision, models.PROTECT, null=True, blank=True, related_name="+")
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    why = models.CharField(max_length=10, choices=Why)
    state = models.CharField(max_length=10, choices=State, default=State.GOING_ON)
    message = models.TextField(blank=True, help_text="what is to be said of it as a whole")
    torch = models.CharField(max_length=40, blank=True, help_text="the version that all of its runs had")
    device = models.CharField(max_length=80, blank=True, help_text="what they ran on, as the machines name it")
    tried = models.PositiveSmallIntegerField(default=0, help_text="how many trials it has")
    passed = models.PositiveSmallIntegerField(default=0, help_text="how many of them passed, once it is over")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["revision", "-id"], name="verification_of_revision")]
        constraints = [
            models.UniqueConstraint(
                fields=["revision"], condition=Q(state="going on"), name="verification_one_going_on_per_revision"
            ),
            models.UniqueConstraint(
                fields=["chapter", "editor"], condition=Q(why="writing"), name="verification_last_try_of_each_editor"
            ),
            models.CheckConstraint(
                condition=Q(why="writing", revision__isnull=True, editor__isnull=False)
                | ~Q(why="writing") & Q(revision__isnull=False, editor__isnull=True),
                name="verification_of_revision_or_writing",
            ),
            models.CheckConstraint(
                condition=Q(state="going on", finished_at__isnull=True)
                | ~Q(state="going on") & Q(finished_at__isnull=False),
                name="verification_finished_at_iff_over",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chapter_id} {self.why} {self.state}"

    @property
    def is_over(self) -> bool:
        return self.state != self.State.GOING_ON


class Trial(models.Model):
    """One claim of a text, tried: trials of the same `errand` are judged by one run."""

    class Kind(models.TextChoices):
        LISTING = "listing", "Listing"
        EVIDENCE = "evidence", "Evidence"
        STARTER = "starter", "Project, as it starts"
        SOLUTION = "solution", "Project, solution"
        CHECKS = "checks", "Project, checks"
        PREDICTION = "prediction", "Project, question"

    class Outcome(models.TextChoices):
        OPEN = "open", "Waiting"
        PASSED = "passed", "As the text says"
        FAILED = "failed", "Not as the text says"
        LIMIT = "limit", "Limit reached"
        OURS = "ours", "Our fault"

    verification = models.ForeignKey(Verification, models.CASCADE, related_name="trials")
    position = models.PositiveSmallIntegerField()
    errand = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=Kind)
    line = models.PositiveIntegerField(help_text="of the text")
    code = models.TextField()
    expected = models.TextField(blank=True, help_text="what the text says that it prints")
    match = models.CharField(max_length=10, default="exact")
    facts = models.JSONField(default=dict, help_text="what the text says of its project")
    fingerprint = models.CharField(max_length=64, help_text="of everything that is claimed")
    run = models.ForeignKey(Run, models.SET_NULL, null=True, blank=True, related_name="trials")
    attempts = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.OPEN)
    sentence = models.TextField(blank=True)
    got = models.TextField(blank=True)
    torch = models.CharField(max_length=40, blank=True)
    device = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["verification", "position"]
        constraints = [
            models.UniqueConstraint(fields=["verification", "position"], name="trial_position_unique"),
            models.CheckConstraint(
                condition=Q(outcome="open", sentence="") | ~Q(outcome="open") & ~Q(sentence=""),
                name="trial_says_what_came_of_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.kind} {self.outcome}"

    @property
    def changes(self) -> list[Row]:
        """From what the text says to what came."""
        return compare(self.expected.rstrip(), self.got.rstrip())

    @property
    def can_be_taken(self) -> bool:
        """Whether what came can stand in the text in place of what it says."""
        printed = self.outcome == self.Outcome.FAILED and bool(self.expected.strip() and self.got.strip())
        return printed and "```" not in self.got and bool(self.changes)


class Condition(models.Model):
    """How a chapter stands by its newest settled verification, and what editors were last told of it.

    `stamp` is what readers see while `revision` is live; "" where that text is not sound.
    """

    class State(models.TextChoices):
        SOUND = "sound", "Sound"
        ROTTEN = "rotten", "Not as the text says"

    chapter = models.OneToOneField(Chapter, models.CASCADE, related_name="condition", primary_key=True)
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    verification = models.OneToOneField(Verification, models.RESTRICT, related_name="condition_of")
    state = models.CharField(max_length=8, choices=State)
    told = models.CharField(max_length=8, choices=State, default=State.SOUND)
    stamp = models.CharField(max_length=80, blank=True)
    since = models.DateTimeField(help_text="when it last changed")

    class Meta:
        ordering = ["chapter"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sound") | Q(state="rotten", stamp=""), name="condition_stamps_only_what_is_sound"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chapter_id} {self.state}"
