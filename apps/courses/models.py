"""Courses, their chapters, every revision of a chapter, and the items that people's progress points to."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from .words import Words


class Course(models.Model):
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    summary = models.TextField(blank=True)
    level = models.CharField(max_length=20, blank=True)
    in_files = models.TextField(blank=True, help_text="course.md as it was last imported")
    needs_review = models.BooleanField(
        default=False, help_text="what is written in the browser goes live once another editor has approved it"
    )

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("progress:course", args=[self.slug])


class Part(models.Model):
    """A stretch of a course's path with a name of its own, such as *First steps*."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="parts")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)

    class Meta:
        ordering = ["course", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "number"], name="part_number_unique_in_course", deferrable=models.Deferrable.DEFERRED
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course} · {self.title}"


class Chapter(models.Model):
    """One place on a course's path. Readers see `live`; a chapter without it is announced and not yet readable.

    `title` is what the path shows: announced by the course at first, that of the live revision afterwards.
    """

    course = models.ForeignKey(Course, models.PROTECT, related_name="chapters")
    number = models.PositiveSmallIntegerField()
    slug = models.SlugField()
    title = models.CharField(max_length=160)
    part = models.ForeignKey(Part, models.SET_NULL, null=True, blank=True, related_name="chapters")
    live = models.ForeignKey("Revision", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["course", "number"]
        constraints = [
            models.UniqueConstraint(fields=["course", "slug"], name="chapter_slug_unique_in_course"),
            # Checked at commit, so that an import can renumber a path whose numbers are all taken.
            models.UniqueConstraint(
                fields=["course", "number"],
                name="chapter_number_unique_in_course",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]
        indexes = [GinIndex(SearchVector(Words("title"), weight="A", config="english"), name="chapter_title_words")]

    def __str__(self) -> str:
        return f"{self.course} · {self.number:02} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("progress:chapter", args=[self.course.slug, self.slug])

    @property
    def live_revision(self) -> Revision:
        """What readers see. Raises `Revision.DoesNotExist` for a chapter that is only announced."""
        if self.live is None:
            raise Revision.DoesNotExist(f"{self} has no text yet")
        return self.live


class FormerAddress(models.Model):
    """Where a course or one of its chapters stood before it was renamed: links from then lead on to where it is now.

    `path` is `course` or `course/chapter`. What stands at an address now comes before what stood there once.
    """

    path = models.CharField(max_length=110, unique=True)
    course = models.ForeignKey(Course, models.CASCADE, related_name="+")
    chapter = models.ForeignKey(Chapter, models.CASCADE, null=True, blank=True, related_name="former_addresses")

    class Meta:
        ordering = ["path"]
        verbose_name_plural = "former addresses"

    def __str__(self) -> str:
        return self.path


class Picture(models.Model):
    """A photograph or drawing of pixels beside a chapter's text, stored once however many revisions show it.

    A revision's `figures` refer to it by its `digest`, the SHA-256 of `content`; like a revision it is never changed.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    media_type = models.CharField(max_length=20)
    content = models.BinaryField()
    width = models.PositiveIntegerField(help_text="pixels")
    height = models.PositiveIntegerField(help_text="pixels")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "digest"]

    def __str__(self) -> str:
        return f"{self.media_type} {self.width} × {self.height}, {self.digest[:12]}"


class Revision(models.Model):
    """One published state of a chapter: the Markdown that was written and everything derived from it.

    `outline`, `quizzes` and `projects` are what `apps.courses.dialect` parsed; the answers of a quiz are in `quizzes`
    and never in `html`. Append-only: the database refuses to change or delete a revision, except that `author` is
    emptied when that account is deleted.
    """

    class Origin(models.TextChoices):
        FILE = "file"
        BROWSER = "browser"

    chapter = models.ForeignKey(Chapter, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    origin = models.CharField(max_length=8, choices=Origin)
    source = models.TextField()
    figures = models.JSONField(
        default=dict,
        help_text="the files beside the text, by name: drawings in SVG, recorded curves in CSV, digests of pictures",
    )
    digest = models.CharField(max_length=64, help_text="SHA-256 of source and figures, see publishing.digest")
    title = models.CharField(max_length=160)
    level = models.CharField(max_length=20)
    summary = models.TextField(blank=True)
    updated = models.DateField(help_text="the day that the text gives as its last update")
    html = models.TextField()
    outline = models.JSONField(default=list)
    quizzes = models.JSONField(default=dict)
    projects = models.JSONField(default=dict)
    terms = models.JSONField(default=dict, help_text="what the text explains for the glossary, by key")
    requires = models.JSONField(default=list, help_text="slugs of the chapters that should be known first")
    minutes = models.PositiveSmallIntegerField()
    run_minutes = models.PositiveSmallIntegerField(default=0)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["chapter", "-number"]
        constraints = [models.UniqueConstraint(fields=["chapter", "number"], name="revision_number_unique_in_chapter")]

    def __str__(self) -> str:
        return f"{self.chapter} · revision {self.number}"


class Item(models.Model):
    """Something in a chapter that people's progress points to. A key that leaves the text is retired, never deleted."""

    class Kind(models.TextChoices):
        SECTION = "section"
        QUIZ = "quiz"
        PROJECT = "project"
        EXERCISE = "exercise"
        INTERVIEW = "interview"
        FAQ = "faq"
        LISTING = "listing"
        FIGURE = "figure"
        TERM = "term"

    chapter = models.ForeignKey(Chapter, models.PROTECT, related_name="items")
    key = models.SlugField(max_length=60)
    kind = models.CharField(max_length=12, choices=Kind)
    title = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["chapter", "position"]
        constraints = [models.UniqueConstraint(fields=["chapter", "key"], name="item_key_unique_in_chapter")]

    def __str__(self) -> str:
        return f"{self.chapter} # {self.key}"


class Text(models.Model):
    """What an editor has written and readers do not see, with the files beside it as in `Revision.figures`.

    `base` is the number of the revision that the writing started from, 0 where there was none.
    """

    chapter = models.ForeignKey(Chapter, models.CASCADE, related_name="%(class)ss")
    base = models.PositiveIntegerField()
    source = models.TextField()
    figures = models.JSONField(default=dict)

    class Meta:
        abstract = True


class Draft(Text):
    """What one editor is writing in one chapter: kept so that a lost page loses no words.

    `version` is another one whenever the words change: a page may only replace the version that it has seen.
    """

    editor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    version = models.UUIDField(default=uuid.uuid4)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-saved_at", "id"]
        constraints = [models.UniqueConstraint(fields=["chapter", "editor"], name="draft_one_per_editor_and_chapter")]

    def __str__(self) -> str:
        return f"{self.editor}'s draft of {self.chapter}"


class Proposal(Text):
    """A text as its author handed it in, to go live later. `draft` is the version of the draft that it was copied from."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    draft = models.UUIDField(null=True, blank=True)
    note = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    revision = models.ForeignKey(Revision, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True


class Schedule(Proposal):
    """A text that goes live at a time. What could not be published then says why in `reason`."""

    class State(models.TextChoices):
        PENDING = "pending"
        PUBLISHED = "published"
        FAILED = "failed"
        CANCELLED = "cancelled"

    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["chapter"], condition=models.Q(state="pending"), name="schedule_one_pending_per_chapter"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chapter} at {self.at:%Y-%m-%d %H:%M}, {self.state}"


class Review(Proposal):
    """A text that its author asks another editor to approve; `word` says to them what to look at, `answer` answers. What
    was approved for a time waits in `schedule`, and that approval holds for this text alone.
    """

    class State(models.TextChoices):
        OPEN = "open"
        APPROVED = "approved"
        RETURNED = "returned"
        WITHDRAWN = "withdrawn"

    word = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    schedule = models.OneToOneField(Schedule, models.SET_NULL, null=True, blank=True, related_name="review")

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["chapter", "author"],
                condition=models.Q(state="open"),
                name="review_one_open_per_author_and_chapter",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("author")),
                name="review_never_by_its_author",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chapter} by {self.author}, {self.state}"


class Comment(models.Model):
    """What somebody says about a text in review: about one of its lines, counted from 1, or about all of it (0)."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    line = models.PositiveIntegerField(default=0)
    text = models.TextField()
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["review", "line", "id"]

    def __str__(self) -> str:
        return f"{self.author} on line {self.line}"


class Presence(models.Model):
    """That somebody has a chapter open for writing; over when its page has not been heard of for a while."""

    chapter = models.ForeignKey(Chapter, models.CASCADE, related_name="presences")
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    section = models.CharField(max_length=200, blank=True, help_text="the title of the section that the cursor is in")
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["since", "id"]
        constraints = [models.UniqueConstraint(fields=["chapter", "editor"], name="presence_once_per_chapter")]

    def __str__(self) -> str:
        return f"{self.editor} in {self.chapter}"


class Passage(models.Model):
    """What can be found in a chapter's live text: a section with its words, or a term with its explanation."""

    class Kind(models.TextChoices):
        SECTION = "section"
        TERM = "term"

    chapter = models.ForeignKey(Chapter, models.CASCADE, related_name="passages")
    kind = models.CharField(max_length=8, choices=Kind)
    key = models.SlugField(max_length=60, help_text="the id at which it stands in the chapter's page")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    text = models.TextField(help_text="its words without any markup")
    named_by = models.GeneratedField(
        expression=SearchVector(Words("title"), weight="A", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    found_by = models.GeneratedField(
        expression=SearchVector(Words("title"), weight="A", config="english")
        + SearchVector(Words("text"), weight="B", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["chapter", "position"]
        constraints = [models.UniqueConstraint(fields=["chapter", "key"], name="passage_once_per_key")]
        indexes = [
            GinIndex(fields=["named_by"], name="passage_named_by"),
            # One for each kind: a search stops after so many of a kind, and would have to pass over all the others.
            GinIndex(fields=["found_by"], condition=models.Q(kind="section"), name="section_found_by"),
            GinIndex(fields=["found_by"], condition=models.Q(kind="term"), name="term_found_by"),
            GinIndex(OpClass(Lower("title"), name="gin_trgm_ops"), name="passage_title_trigrams"),
        ]

    def __str__(self) -> str:
        return f"{self.chapter} # {self.key}"
