"""How people treat each other: who moderates what, the log of every act, sanctions, filters and appeals."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce

from apps.accounts.models import MAX_NAME
from apps.courses.models import Course


class Charge(models.Model):
    """Puts one course into somebody's care: they moderate it, and no other. Who holds the role moderates all."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="charges", db_index=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="charges")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["course", "person"]
        constraints = [models.UniqueConstraint(fields=["person", "course"], name="charge_once")]

    def __str__(self) -> str:
        return f"{self.person_id} moderates {self.course_id}"


class Verb(models.TextChoices):
    """What can be done that has to leave a trace."""

    HIDE = "hide", "hid a post"
    RESTORE = "restore", "showed a post again"
    DELETE = "delete", "deleted a post"
    EDIT = "edit", "edited a post"
    RELEASE = "release", "let a held post appear"
    HOLD = "hold", "held a post back"
    HIDE_THREAD = "hide_thread", "hid a thread"
    RESTORE_THREAD = "restore_thread", "showed a thread again"
    DELETE_THREAD = "delete_thread", "deleted a thread"
    LOCK = "lock", "locked a thread"
    UNLOCK = "unlock", "unlocked a thread"
    PIN = "pin", "pinned a thread"
    UNPIN = "unpin", "unpinned a thread"
    SLOW = "slow", "slowed a thread down"
    MOVE = "move", "moved a thread"
    MERGE = "merge", "merged two threads"
    SPLIT = "split", "split a thread"
    ACCEPT = "accept", "accepted an answer"
    UNACCEPT = "unaccept", "took an acceptance back"
    ANNOUNCE = "announce", "made an announcement"
    DISAGREE = "disagree", "disagreed with a flag"
    IGNORE = "ignore", "ignored a flag"
    WARN = "warn", "warned somebody"
    SILENCE = "silence", "silenced somebody"
    SUSPEND = "suspend", "suspended somebody"
    LIFT = "lift", "lifted a sanction"
    EXPIRE = "expire", "a sanction came to its end"
    DECIDE = "decide", "decided an appeal"
    FILTER = "filter", "changed a filter"
    CHARGE = "charge", "put a course into somebody’s care"
    DISCHARGE = "discharge", "took a course out of somebody’s care"
    BULK = "bulk", "did several things at once"


class Act(models.Model):
    """One row of the log. The database refuses to change or delete one; only accounts that are deleted leave it.

    `actor_name` stays when the account goes; an `actor_name` of "" is the site itself. At most one act reverts another.
    """

    class Target(models.TextChoices):
        POST = "post"
        THREAD = "thread"
        PERSON = "person"
        FILTER = "filter"
        APPEAL = "appeal"
        COURSE = "course"

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    actor_name = models.CharField(max_length=MAX_NAME, blank=True)
    verb = models.CharField(max_length=20, choices=Verb)
    target_kind = models.CharField(max_length=12, choices=Target)
    target_id = models.BigIntegerField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="acts_concerning",
        help_text="whom it concerns",
    )
    course = models.ForeignKey(Course, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True)
    details = models.JSONField(default=dict, help_text="how it was before and after; never shown in public")
    reverts = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reverted_by", help_text="what it takes back"
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    bulk = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    request_id = models.CharField(max_length=64, blank=True, help_text="what the answer's X-Request-ID was")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["target_kind", "target_id", "-id"], name="act_on_target"),
            models.Index(fields=["course", "-id"], name="act_in_course"),
            models.Index(fields=["person", "-id"], name="act_concerning"),
        ]

    def __str__(self) -> str:
        return f"act {self.pk}: {self.verb} {self.target_kind} {self.target_id}"

    def get_absolute_url(self) -> str:
        """The page on which the person concerned reads why, and may appeal."""
        return f"/conduct/{self.pk}/"


class Sanction(models.Model):
    """What somebody has to bear: a warning; a silence, in a course or everywhere; a suspension from the site.

    It is in force from `begins_at` until `ends_at` (None: until it is lifted), unless `lifted_at` says otherwise.
    """

    class Kind(models.TextChoices):
        WARN = "warn", "Warning"
        SILENCE = "silence", "Silence: reads and cannot post"
        SUSPEND = "suspend", "Suspension: cannot log in"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sanctions", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    course = models.ForeignKey(Course, models.CASCADE, null=True, blank=True, related_name="+")
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    act = models.OneToOneField(Act, models.PROTECT, related_name="sanction")

    class Meta:
        ordering = ["-begins_at", "-id"]
        indexes = [
            models.Index(fields=["person", "kind"], name="sanction_of_person"),
            models.Index(
                fields=["ends_at"],
                condition=Q(lifted_at=None, ends_at__isnull=False, kind="suspend"),
                name="sanction_to_end",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("begins_at")), name="sanction_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(kind="suspend") | Q(course=None), name="sanction_suspension_is_of_the_site"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="sanction_has_a_reason"),
            ExclusionConstraint(
                name="sanction_one_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (Coalesce("course", Value(0)), RangeOperators.EQUAL),
                    (
                        Func("begins_at", "ends_at", function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(lifted_at=None) & ~Q(kind="warn"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id}"


class Filter(models.Model):
    """A word or a link that no post may hold. Compared as it stands, without case: never a regular expression."""

    class Kind(models.TextChoices):
        WORD = "word", "A word or words"
        LINK = "link", "Links to a site"

    class Action(models.TextChoices):
        HOLD = "hold", "Hold the post back until a moderator has seen it"
        REFUSE = "refuse", "Refuse the post and say so"

    kind = models.CharField(max_length=4, choices=Kind)
    pattern = models.CharField(max_length=120, help_text="as `filters.normalise` writes it")
    action = models.CharField(max_length=6, choices=Action, default=Action.HOLD)
    course = models.ForeignKey(Course, models.CASCADE, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True, help_text="for moderators: why it is there")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["kind", "pattern"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "pattern", "course"], nulls_distinct=False, name="filter_once_per_course"
            ),
            models.CheckConstraint(condition=~Q(pattern=""), name="filter_holds_something"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pattern}"


class Appeal(models.Model):
    """The person concerned asks for an act to be looked at again, once; somebody else than its actor decides (a trigger
    holds both)."""

    class State(models.TextChoices):
        OPEN = "open"
        GRANTED = "granted"
        REFUSED = "refused"

    act = models.OneToOneField(Act, models.PROTECT, related_name="appeal")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="appeals")
    text = models.TextField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None, decided_by=None)
                | ~Q(state="open") & Q(decided_at__isnull=False),
                name="appeal_decided_iff_closed",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="appeal_says_something"),
        ]

    def __str__(self) -> str:
        return f"appeal against act {self.act_id}"
