"""Courses, their chapters, every revision of a chapter, and the items that people's progress points to."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse


class Course(models.Model):
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    summary = models.TextField(blank=True)
    level = models.CharField(max_length=20, blank=True)
    in_files = models.TextField(blank=True, help_text="course.md as it was last imported")

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


class Draft(models.Model):
    """What one editor is writing in one chapter and has not published: kept so that a lost page loses no words.

    `base` is the number of the revision that the writing started from, 0 where there was none.
    """

    chapter = models.ForeignKey(Chapter, models.CASCADE, related_name="drafts")
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    base = models.PositiveIntegerField()
    source = models.TextField()
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-saved_at", "id"]
        constraints = [models.UniqueConstraint(fields=["chapter", "editor"], name="draft_one_per_editor_and_chapter")]

    def __str__(self) -> str:
        return f"{self.editor}'s draft of {self.chapter}"


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
    found_by = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="english")
        + SearchVector("text", weight="B", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["chapter", "position"]
        constraints = [models.UniqueConstraint(fields=["chapter", "key"], name="passage_once_per_key")]
        indexes = [
            GinIndex(fields=["found_by"], name="passage_found_by"),
            GinIndex(OpClass(Lower("title"), name="gin_trgm_ops"), name="passage_title_trigrams"),
        ]

    def __str__(self) -> str:
        return f"{self.chapter} # {self.key}"
