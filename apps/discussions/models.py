"""Threads under a chapter and the posts in them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q

from apps.courses.models import Chapter
from apps.courses.words import Words

MAX_BODY = 20_000
MAX_DEPTH = 8
STEP = 8  # bytes that one post adds to the path


class Threads(models.Manager["Thread"]):
    """Leaves what only a search needs in the database."""

    def get_queryset(self) -> models.QuerySet[Thread]:
        return super().get_queryset().defer("found_by")


class Posts(models.Manager["Post"]):
    """Leaves what only a search needs in the database."""

    def get_queryset(self) -> models.QuerySet[Post]:
        return super().get_queryset().defer("found_by")


class Thread(models.Model):
    """A question or a talk. Its first post is the one without a parent; `replies` and `active_at` are kept with it.

    Ids grow with time, so the order of ids is the order of creation, and a page can begin after an id.
    """

    chapter = models.ForeignKey(Chapter, models.PROTECT, related_name="threads", db_index=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="threads")
    title = models.CharField(max_length=160)
    replies = models.PositiveIntegerField(default=0)
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
        indexes = [
            models.Index(fields=["chapter", "id"], name="thread_in_chapter"),
            GinIndex(fields=["found_by"], name="thread_found_by"),
        ]

    def __str__(self) -> str:
        return self.title


class Post(models.Model):
    """One contribution. `path` is the parent's path plus the own id in 8 bytes, so that sorting by it walks the tree.

    That a parent stands in the same thread is kept by a foreign key on both columns (see the first migration).
    """

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="posts", db_index=False)
    parent = models.ForeignKey("self", models.RESTRICT, null=True, blank=True, related_name="children")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="posts")
    client_token = models.UUIDField(default=uuid.uuid4, help_text="makes a repeated request the same post")
    body = models.TextField()
    html = models.TextField()
    path = models.BinaryField()
    depth = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
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
        ]
        indexes = [
            models.Index(fields=["thread", "path"], name="post_in_thread"),
            # Without the list of what is still to be sorted in, which every search would have to read through.
            GinIndex(fields=["found_by"], name="post_found_by", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"post {self.pk} in thread {self.thread_id}"
