"""Threads under a chapter, the posts in them, and what people do with both."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone

from apps.courses.models import Chapter
from apps.courses.words import Words
from apps.runs.models import Run

MAX_BODY = 20_000
MAX_DEPTH = 8
STEP = 8  # bytes that one post adds to the path


class Wilson(Func):
    """The lower bound of the share of approval that `ups` and `downs` speak for (Wilson 1927), with z = 1.2816: nine
    times out of ten the true share is higher. 0 without votes. The function is made by migration 0003.
    """

    function = "discussions_wilson"
    output_field = models.FloatField()


class State(models.TextChoices):
    """What has become of a post. Whoever may not read one that is not visible sees that there is one, and why not."""

    VISIBLE = "visible"
    HELD = "held", "waits for a moderator"
    HIDDEN = "hidden", "hidden by moderators"
    DELETED = "deleted"


class Threads(models.Manager["Thread"]):
    """Leaves what only a search needs in the database."""

    def get_queryset(self) -> models.QuerySet[Thread]:
        return super().get_queryset().defer("found_by")


class Posts(models.Manager["Post"]):
    """Leaves what only a search needs in the database."""

    def get_queryset(self) -> models.QuerySet[Post]:
        return super().get_queryset().defer("found_by")


class Thread(models.Model):
    """A question, a talk or an announcement. Its first post is the one without a parent.

    It stands under a chapter always, and there at its anchor: the key of a section or quiz, `listing` or `listing:line`,
    the id of a run. `replies` (visible posts below the first), `active_at`, `has_run` and `score` (that of the first
    post) are kept with it. Ids grow with time, so the order of ids is the order of creation.
    """

    class Kind(models.TextChoices):
        QUESTION = "question", "Question"
        DISCUSSION = "discussion", "Discussion"
        ANNOUNCEMENT = "announcement", "Announcement"

    class Anchor(models.TextChoices):
        CHAPTER = "chapter"
        SECTION = "section"
        QUIZ = "quiz"
        LISTING = "listing"
        RUN = "run"

    class State(models.TextChoices):
        VISIBLE = "visible"
        HIDDEN = "hidden"
        DELETED = "deleted"

    chapter = models.ForeignKey(Chapter, models.PROTECT, related_name="threads", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.QUESTION)
    anchor_kind = models.CharField(max_length=8, choices=Anchor, default=Anchor.CHAPTER)
    anchor_key = models.CharField(max_length=80, blank=True)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, blank=True, related_name="threads")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="threads")
    title = models.CharField(max_length=160)
    state = models.CharField(max_length=8, choices=State, default=State.VISIBLE)
    accepted = models.ForeignKey("Post", models.SET_NULL, null=True, blank=True, related_name="+")
    pinned_at = models.DateTimeField(null=True, blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)
    slow_seconds = models.PositiveIntegerField(default=0, help_text="how long everybody waits between two posts")
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="merged")
    replies = models.PositiveIntegerField(default=0)
    has_run = models.BooleanField(default=False)
    score = models.FloatField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    active_at = models.DateTimeField(auto_now_add=True)
    found_by = models.GeneratedField(
        expression=SearchVector(Words("title"), weight="A", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = Threads()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(anchor_kind="chapter", anchor_key="") | ~Q(anchor_kind="chapter") & ~Q(anchor_key=""),
                name="thread_anchor_has_a_key",
            ),
            models.CheckConstraint(condition=Q(accepted=None) | Q(kind="question"), name="thread_accepts_if_it_asks"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="thread_not_merged_into_itself"
            ),
            models.CheckConstraint(condition=Q(slow_seconds__lte=86_400), name="thread_slowed_by_a_day_at_most"),
        ]
        # The best first is a further one, (chapter, -score, id): see migration 0003.
        indexes = [
            models.Index(fields=["chapter", "id"], name="thread_in_chapter"),
            models.Index(fields=["chapter", "active_at", "id"], name="thread_by_activity"),
            models.Index(
                fields=["chapter", "id"], condition=Q(kind="question", accepted=None), name="thread_unanswered"
            ),
            models.Index(fields=["chapter", "id"], condition=Q(has_run=True), name="thread_with_run"),
            models.Index(fields=["chapter", "pinned_at"], condition=Q(pinned_at__isnull=False), name="thread_pinned"),
            models.Index(
                fields=["chapter", "anchor_kind", "anchor_key", "id"],
                condition=~Q(anchor_kind="chapter"),
                name="thread_at_anchor",
            ),
            GinIndex(fields=["found_by"], name="thread_found_by"),
        ]

    def __str__(self) -> str:
        return self.title


class Post(models.Model):
    """One contribution. `path` is the parent's path plus the own id in 8 bytes, so that sorting by it walks the tree.

    That a parent, and what a thread accepts, stand in the same thread is kept by foreign keys on both columns (see the
    migrations). `active_at` is that of its branch, and kept for posts of depth 1 only. `wilson` is the database's own.
    `state_act` is the act that made `state` what it is, if it was a moderator's. `withdrawn_at` is when its author took a
    visible post back, as long as it is theirs alone to bring it back.
    """

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="posts", db_index=False)
    parent = models.ForeignKey("self", models.RESTRICT, null=True, blank=True, related_name="children")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="posts", db_index=False
    )
    client_token = models.UUIDField(default=uuid.uuid4, help_text="makes a repeated request the same post")
    body = models.TextField()
    html = models.TextField()
    path = models.BinaryField()
    depth = models.PositiveSmallIntegerField(default=0)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, blank=True, related_name="posts")
    state = models.CharField(max_length=8, choices=State, default=State.VISIBLE)
    state_act = models.BigIntegerField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    ups = models.PositiveIntegerField(default=0)
    downs = models.PositiveIntegerField(default=0)
    wilson = models.GeneratedField(
        expression=Wilson(F("ups"), F("downs")), output_field=models.FloatField(), db_persist=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    active_at = models.DateTimeField(default=timezone.now)
    found_by = models.GeneratedField(
        expression=SearchVector(Words("body"), weight="B", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = Posts()

    class Meta:
        ordering = ["thread", "path"]
        constraints = [
            models.UniqueConstraint(fields=["author", "client_token"], name="post_once_per_client_token"),
            models.UniqueConstraint(fields=["thread"], condition=Q(parent=None), name="post_first_once_per_thread"),
            models.CheckConstraint(condition=Q(depth__lte=MAX_DEPTH), name="post_depth_bounded"),
            models.CheckConstraint(
                condition=Q(parent=None, depth=0) | Q(parent__isnull=False, depth__gt=0), name="post_depth_from_parent"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(state="deleted", state_act=None), name="post_withdrawn_by_its_author"
            ),
        ]
        # The best first is a further one, (thread, -wilson, id) where depth = 1: see migration 0003.
        indexes = [
            models.Index(fields=["thread", "path"], name="post_in_thread"),
            models.Index(fields=["thread", "id"], condition=Q(depth=1), name="post_by_age"),
            models.Index(fields=["thread", "active_at", "id"], condition=Q(depth=1), name="post_by_activity"),
            models.Index(fields=["author", "created_at"], name="post_by_author"),
            # Without the list of what is still to be sorted in, which every search would have to read through.
            GinIndex(fields=["found_by"], name="post_found_by", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"post {self.pk} in thread {self.thread_id}"


class Vote(models.Model):
    """One person's word on one post. The post's counts follow it in the same statement: see `voting`."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="votes", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="votes")
    value = models.SmallIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["post", "person"], name="vote_once"),
            models.CheckConstraint(condition=Q(value__in=[-1, 1]), name="vote_up_or_down"),
        ]

    def __str__(self) -> str:
        return f"{self.value:+} on post {self.post_id}"


class Edit(models.Model):
    """How a post read before it was changed at `at`. The database refuses to rewrite one; it stays when its editor goes."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="edits")
    body = models.TextField()
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"edit {self.pk} of post {self.post_id}"


class Follow(models.Model):
    """Somebody wishes to hear of what is new in a thread, in a chapter's discussion, or from a person."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="follows", db_index=False)
    thread = models.ForeignKey(Thread, models.CASCADE, null=True, blank=True, related_name="follows")
    chapter = models.ForeignKey(Chapter, models.CASCADE, null=True, blank=True, related_name="follows")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="followed_by"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "thread", "chapter", "author"], nulls_distinct=False, name="follow_once"
            ),
            models.CheckConstraint(
                condition=Q(thread__isnull=False, chapter=None, author=None)
                | Q(thread=None, chapter__isnull=False, author=None)
                | Q(thread=None, chapter=None, author__isnull=False),
                name="follow_of_one_thing",
            ),
            models.CheckConstraint(condition=~Q(person=F("author")), name="follow_somebody_else"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} follows {self.thread_id or self.chapter_id or self.author_id}"


class Mute(models.Model):
    """`person` wishes to see and hear nothing of `muted`, who is not told."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mutes", db_index=False)
    muted = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="muted_by")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "muted"], name="mute_once"),
            models.CheckConstraint(condition=~Q(person=F("muted")), name="mute_somebody_else"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} mutes {self.muted_id}"


class ReadMark(models.Model):
    """Up to which post somebody has seen a thread: what has a greater id is new to them. It never moves back."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="read_marks", db_index=False)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="read_marks")
    last_post_id = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "id"]
        constraints = [models.UniqueConstraint(fields=["person", "thread"], name="read_mark_once")]

    def __str__(self) -> str:
        return f"{self.person_id} read thread {self.thread_id} up to {self.last_post_id}"


class Mention(models.Model):
    """A post names somebody who takes part in its thread."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="mentions", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mentions")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["post", "person"], name="mention_once")]

    def __str__(self) -> str:
        return f"post {self.post_id} names {self.person_id}"
