"""What moderators look through: flags, the items of their queue, and the words that they use again and again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Func, Q

from apps.conduct.models import Appeal
from apps.courses.models import Course
from apps.discussions.models import Post


class Falling(Func):
    """Sorts the greatest first where the id beside it rises, so that an index compares both with a cursor as one row."""

    template = "(-%(expressions)s)"
    arity = 1
    output_field = models.FloatField()


class FlagReason(models.Model):
    """Why a post may be flagged. The rows are the admins' to edit; one that is retired stays with its flags."""

    key = models.SlugField(max_length=30, unique=True)
    label = models.CharField(max_length=80)
    hint = models.CharField(max_length=200, blank=True)
    needs_note = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField()
    weight = models.FloatField(default=1.0, help_text="how much a flag for this reason counts")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.label


class ReviewItem(models.Model):
    """One thing that waits for a moderator: a post, or an appeal. There is one for each, however often it is flagged.

    `version` grows with every change: who decides names the version that they saw, and a later decision on the same
    version is a conflict. A claim is a courtesy for `claimed_until`; it bars nobody.
    """

    class State(models.TextChoices):
        OPEN = "open"
        SETTLED = "settled"

    class Why(models.TextChoices):
        FLAGGED = "flagged", "Flagged"
        HELD = "held", "Held back"
        APPEAL = "appeal", "Appeal"

    post = models.OneToOneField(Post, models.CASCADE, null=True, blank=True, related_name="review")
    appeal = models.OneToOneField(Appeal, models.CASCADE, null=True, blank=True, related_name="review")
    course = models.ForeignKey(Course, models.CASCADE, null=True, blank=True, related_name="+")
    why = models.CharField(max_length=8, choices=Why)
    note = models.TextField(blank=True, help_text="what the site has to say about it: which filter held it")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    version = models.PositiveIntegerField(default=1)
    score = models.FloatField(default=0, help_text="the sum of its open flags' weights")
    opened_at = models.DateTimeField(auto_now_add=True)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    claimed_until = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-score", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(post__isnull=False, appeal=None) | Q(post=None, appeal__isnull=False),
                name="review_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None) | Q(state="settled", settled_at__isnull=False),
                name="review_settled_at_iff_settled",
            ),
        ]
        indexes = [
            models.Index(Falling("score"), "id", condition=Q(state="open"), name="review_queue"),
            models.Index("course", Falling("score"), "id", condition=Q(state="open"), name="review_queue_of_course"),
            models.Index("opened_at", "id", condition=Q(state="open"), name="review_queue_by_age"),
        ]

    def __str__(self) -> str:
        return f"review {self.pk}, {self.state}"


class Flag(models.Model):
    """Somebody says that a post should be looked at. One open flag of each person on each post."""

    class Outcome(models.TextChoices):
        AGREED = "agreed"
        DISAGREED = "disagreed"
        IGNORED = "ignored"
        WITHDRAWN = "withdrawn"

    post = models.ForeignKey(Post, models.CASCADE, related_name="flags")
    item = models.ForeignKey(ReviewItem, models.CASCADE, related_name="flags")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="flags")
    reason = models.ForeignKey(FlagReason, models.PROTECT, related_name="+")
    note = models.TextField(max_length=1000, blank=True)
    weight = models.FloatField(default=1.0)
    outcome = models.CharField(max_length=10, choices=Outcome, null=True, blank=True)  # noqa: DJ001 (none yet, not "")
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "person"], condition=Q(outcome=None), name="flag_one_open_per_person"
            ),
            models.CheckConstraint(
                condition=Q(outcome=None, settled_at=None) | Q(outcome__isnull=False, settled_at__isnull=False),
                name="flag_settled_at_iff_settled",
            ),
            models.CheckConstraint(condition=Q(weight__gt=0), name="flag_weighs_something"),
        ]
        indexes = [models.Index(fields=["person", "outcome"], name="flag_of_person")]

    def __str__(self) -> str:
        return f"flag {self.pk} on post {self.post_id}"


class CannedReply(models.Model):
    """Words for what has to be said often; of a course, or of all."""

    course = models.ForeignKey(Course, models.CASCADE, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=80)
    body = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["title", "id"]
        verbose_name_plural = "canned replies"
        constraints = [
            models.UniqueConstraint(fields=["course", "title"], nulls_distinct=False, name="canned_reply_once")
        ]

    def __str__(self) -> str:
        return self.title
