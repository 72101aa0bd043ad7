"""Courses, their chapters, every revision of a chapter, and the items that people's progress points to."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Course(models.Model):
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    summary = models.TextField(blank=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title


class Chapter(models.Model):
    """One place on a course's path. Readers see `live`; a chapter without it is announced and not yet readable."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="chapters")
    number = models.PositiveSmallIntegerField()
    slug = models.SlugField()
    live = models.ForeignKey("Revision", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["course", "number"]
        constraints = [
            models.UniqueConstraint(fields=["course", "slug"], name="chapter_slug_unique_in_course"),
            models.UniqueConstraint(fields=["course", "number"], name="chapter_number_unique_in_course"),
        ]

    def __str__(self) -> str:
        return f"{self.course} · {self.number:02} {self.slug}"


class Revision(models.Model):
    """One published state of a chapter, append-only: the Markdown that was written and everything derived from it.

    `outline`, `quizzes` and `projects` are what `apps.courses.dialect` parsed; the answers of a quiz are in `quizzes`
    and never in `html`.
    """

    chapter = models.ForeignKey(Chapter, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    source = models.TextField()
    figures = models.JSONField(default=dict, help_text="SVG text by file name")
    title = models.CharField(max_length=160)
    level = models.CharField(max_length=20)
    summary = models.TextField(blank=True)
    html = models.TextField()
    outline = models.JSONField(default=list)
    quizzes = models.JSONField(default=dict)
    projects = models.JSONField(default=dict)
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
