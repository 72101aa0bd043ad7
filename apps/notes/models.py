"""What readers keep for themselves: passages that they marked, with their own words or without, and bookmarks."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.courses.models import Chapter, Item

from .limits import MAX_CONTEXT, MAX_QUOTE


class Note(models.Model):
    """A passage of a chapter that a student marked. Nobody else ever sees it.

    Where it stands is said thrice, as web annotations do, because texts are edited: `quote` with the words before and
    after it, and from which character to which in the text of `section`, each run of blanks counted as one. An empty
    quote is a note on the whole section. What is deleted goes after a while: until then `removed_at` can be undone.
    """

    class Kind(models.TextChoices):
        IMPORTANT = "important", "Important"
        QUESTION = "question", "Question"
        TRY = "try", "To try"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notes", db_index=False)
    chapter = models.ForeignKey(Chapter, models.PROTECT, related_name="+")
    section = models.ForeignKey(Item, models.PROTECT, related_name="+")
    quote = models.CharField(max_length=MAX_QUOTE, blank=True)
    prefix = models.CharField(max_length=MAX_CONTEXT, blank=True)
    suffix = models.CharField(max_length=MAX_CONTEXT, blank=True)
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.IMPORTANT)
    body = models.TextField(blank=True)
    edition = models.PositiveIntegerField(default=1, help_text="counts changes, so that an older page overwrites none")
    client_token = models.UUIDField(default=uuid.uuid4, help_text="makes a repeated request the same note")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["chapter", "section", "start", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "client_token"], name="note_once_per_client_token"),
            models.CheckConstraint(condition=Q(start__lte=F("end")), name="note_starts_before_it_ends"),
            models.CheckConstraint(condition=~Q(quote="", body=""), name="note_says_something"),
        ]
        indexes = [models.Index(fields=["user", "chapter"], name="note_of_user_in_chapter")]

    def __str__(self) -> str:
        return f"{self.user}'s note {self.pk} in {self.chapter}"


class Bookmark(models.Model):
    """A chapter, or one of its sections, that a student wants to find again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bookmarks", db_index=False)
    chapter = models.ForeignKey(Chapter, models.PROTECT, related_name="+")
    section = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "chapter", "section"], nulls_distinct=False, name="bookmark_once_per_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}'s bookmark in {self.chapter}"
